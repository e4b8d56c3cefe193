import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(`${import.meta.dirname}/tokens.css`, 'utf8')
const [normal = '', more = ''] = css.split('@media (prefers-contrast: more)')

type Theme = 'light' | 'dark'
interface Tokens {
  readonly [name: string]: string
}

/** The tokens of one theme, as the browser would choose them. */
function tokensOf(theme: Theme, highContrast: boolean): Tokens {
  const tokens: Record<string, string> = {}
  for (const source of highContrast ? [normal, more] : [normal]) {
    for (const [, name = '', value = ''] of source.matchAll(/(--[\w-]+):\s*([^;]+);/g)) {
      const pair = /^light-dark\((#[0-9a-f]+),\s*(#[0-9a-f]+)\)$/.exec(value)
      tokens[name] = (theme === 'light' ? pair?.[1] : pair?.[2]) ?? value
    }
  }
  return tokens
}

function colour(tokens: Tokens, name: string): string {
  const value = tokens[name] ?? ''
  const reference = /^var\((--[\w-]+)\)$/.exec(value)?.[1]
  return reference === undefined ? value : colour(tokens, reference)
}

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

const grounds = ['panel', 'panel-hover', 'background', 'accent-row', 'code']
const sidebar = ['sidebar', 'sidebar-hover', 'sidebar-selected']
const pairs: readonly (readonly [text: string, ground: string, least: number])[] = [
  ...[...grounds, ...sidebar, 'accent-weak', 'warning-weak', 'bad-weak', 'badge'].map(
    (ground) => ['text', ground, 4.5] as const,
  ),
  ...[...grounds, ...sidebar, 'accent-weak'].map((ground) => ['secondary', ground, 4.5] as const),
  ...['panel', 'background'].map((ground) => ['tertiary', ground, 4.5] as const),
  ...['panel', 'panel-hover', 'accent-weak', 'accent-row', 'background'].map(
    (ground) => ['accent', ground, 4.5] as const,
  ),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['warning', 'warning-weak', 4.5],
  ['warning', 'panel', 4.5],
  ['warning', 'panel-hover', 4.5],
  ['bad', 'bad-weak', 4.5],
  ['bad', 'panel', 4.5],
  ['on-bad', 'bad', 4.5],
  ['good', 'panel', 3],
  ['good', 'sidebar', 3],
  ['on-rail', 'rail', 4.5],
  ['on-rail', 'rail-button', 4.5],
  ['on-mark', 'mark', 4.5],
  ['rail-ring', 'rail', 3],
  // Edges of controls and the ring of focus.
  ['control-line', 'panel', 3],
  ['focus', 'panel', 3],
  ['focus', 'sidebar', 3],
  ['focus', 'background', 3],
]

test.each([
  ['light', false],
  ['dark', false],
  ['light', true],
  ['dark', true],
] as const)('WCAG AA: every pair of the %s theme holds (more contrast: %s)', (theme, high) => {
  const tokens = tokensOf(theme, high)
  const low = pairs
    .map(([text, ground, least]) => {
      const ratio = contrast(colour(tokens, `--color-${text}`), colour(tokens, `--color-${ground}`))
      return { pair: `${text} on ${ground}`, ratio, least }
    })
    .filter(({ ratio, least }) => !(ratio >= least))
  expect(low).toEqual([])
})

test('WCAG AA: white initials hold on every colour of people', () => {
  const tokens = tokensOf('light', false)
  const avatars = Object.keys(tokens).filter((name) => name.startsWith('--avatar-'))
  expect(avatars).toHaveLength(8)
  const low = avatars.filter((name) => contrast('#ffffff', tokens[name] ?? '') < 4.5)
  expect(low).toEqual([])
})
