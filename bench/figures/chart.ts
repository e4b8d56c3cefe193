import { marksOf, nameOf, short } from './words.ts'
import { isLessBetter, type Row, type Subject, subjects } from './rows.ts'

const WIDTH = 760
const BAR = 18
const GAP = 6
const LEFT = 90
const RIGHT = 150
const COLOURS: Record<Subject, string> = {
  ours: '#2f6fde',
  ws: '#8a8f98',
  sio: '#b0a38a',
  sioFull: '#c98b6b',
  limit: '#d5d8dd',
}

/** Bars of one workload, one for each subject; the whisker goes from the slowest to the fastest repetition. */
export function chartOf(row: Row): string {
  const shown = subjects.flatMap((subject) => {
    const figure = row.figures[subject]
    return figure === undefined ? [] : [{ subject, figure }]
  })
  const longest = Math.max(1e-9, ...shown.map(({ figure }) => figure.value.max))
  const height = 34 + shown.length * (BAR + GAP)
  const scale = (value: number): number =>
    Math.round((value / longest) * (WIDTH - LEFT - RIGHT) * 10) / 10
  const bars = shown.map(({ subject, figure }, index) => {
    const y = 30 + index * (BAR + GAP)
    const { median, min, max } = figure.value
    const middle = y + BAR / 2
    return [
      text(LEFT - 8, middle + 4, nameOf(subject), 'end'),
      `<rect x="${LEFT}" y="${y}" width="${scale(median)}" height="${BAR}" fill="${COLOURS[subject]}"/>`,
      `<path d="M${LEFT + scale(min)} ${middle}H${LEFT + scale(max)}" stroke="#222" stroke-width="1"/>`,
      text(LEFT + scale(max) + 8, middle + 4, `${short(median)}${marksOf(figure)}`),
    ].join('')
  })
  const title = `${row.workload} (${row.unit}; ${isLessBetter(row.unit) ? 'shorter' : 'longer'} is better)`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="8" y="18" font-weight="bold">${escaped(title)}</text>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n')
}

function text(x: number, y: number, words: string, anchor = 'start'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`
}

const escaped = (words: string): string =>
  words.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)

export const chartName = (row: Row): string =>
  `${row.workload
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.svg`
