import { parse } from 'yaml'
import { type Given, type Source, suggestion } from './given.ts'
import type { Leaf } from './leaves.ts'

/** Reads JSON or YAML, of which JSON is a part. `name` is the file as it was given. */
export function givenByFile(name: string, content: string, leaves: readonly Leaf[]): Source {
  let tree: unknown
  try {
    // Warnings would be written to the output, where the first line is for programs.
    tree = parse(content, { maxAliasCount: 0, logLevel: 'error' }) ?? {}
  } catch (fault) {
    const [first = ''] = (fault instanceof Error ? fault.message : String(fault)).split('\n', 1)
    return { given: [], faults: [`${name} cannot be read: ${first}`] }
  }
  if (!isTree(tree)) return { given: [], faults: [`${name} must hold options by name.`] }
  const given: Given[] = []
  const faults: string[] = []
  const paths = new Map(leaves.map((leaf) => [leaf.path, leaf]))
  const sections = new Set(
    leaves.flatMap(({ path }) => (path.includes('.') ? [path.split('.')[0]] : [])),
  )

  function walk(node: Readonly<Record<string, unknown>>, prefix: string): void {
    for (const [key, value] of Object.entries(node)) {
      const path = `${prefix}${key}`
      if (paths.has(path)) given.push({ path, value, source: 'file', name: `${path} in ${name}` })
      else if (prefix === '' && sections.has(key) && isTree(value)) walk(value, `${key}.`)
      else if (prefix === '' && sections.has(key))
        faults.push(`${path} in ${name} must hold options by name.`)
      else
        faults.push(
          `${path} in ${name} is not known.${suggestion(
            path,
            [...paths.keys(), ...sections].filter((known) => known !== undefined),
          )}`,
        )
    }
  }
  walk(tree, '')
  return { given, faults }
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
