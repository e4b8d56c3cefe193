import { shownValue, valueAt } from './leaves.ts'
import type { Resolved } from './resolve.ts'

/** Every option with its value and where it comes from; secrets only as set or not. */
export function printOptions({ settings, origins, leaves }: Resolved): string {
  const rows = leaves.map((leaf) => {
    const value = valueAt(settings, leaf.path)
    const origin = origins.get(leaf.path)
    const shown = value === undefined ? '(not set)' : shownValue(leaf, value)
    const from = origin === undefined ? 'default' : originWords(origin.source, origin.name)
    return [leaf.path, shown, from + (leaf.isReloadable ? ', SIGHUP reloads it' : '')] as const
  })
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      ([path, shown, from]) =>
        `${path.padEnd(widths[0] ?? 0)}  ${shown.padEnd(Math.min(widths[1] ?? 0, 40))}  ${from}\n`,
    )
    .join('')
}

/** One line for each option, for --help. */
export function describeOptions(leaves: Resolved['leaves']): string {
  return leaves
    .map(({ flag, variable, allowed, standard, help }) => {
      const name = flag === undefined ? variable : `--${flag}`
      const usual = standard === undefined ? '' : `; default ${JSON.stringify(standard)}`
      return `  ${name.padEnd(44)} ${help} (${allowed}${usual})\n`
    })
    .join('')
}

function originWords(source: string, name: string): string {
  return source === 'file' ? `file: ${name}` : `${source}: ${name}`
}
