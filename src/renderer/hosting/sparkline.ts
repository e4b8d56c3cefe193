export interface Sparkline {
  readonly line: string
  /** The same, closed along the bottom. */
  readonly area: string
}

const round = (value: number): number => Math.round(value * 100) / 100

/** SVG paths for a row of samples; zero is always the bottom, so that small noise looks small. */
export function sparkline(values: readonly number[], width: number, height: number): Sparkline {
  if (values.length === 0) return { line: '', area: '' }
  const points = values.length === 1 ? [values[0] ?? 0, values[0] ?? 0] : values
  const top = Math.max(...points, 0)
  // Half a stroke of room, so that the line is not cut off.
  const y = (value: number): number =>
    round(top === 0 ? height - 1 : height - 1 - (value / top) * (height - 2))
  const x = (index: number): number => round((index / (points.length - 1)) * width)
  const line = points
    .map((value, index) => `${index === 0 ? 'M' : 'L'}${x(index)} ${y(value)}`)
    .join('')
  return { line, area: `${line}L${width} ${height}L0 ${height}Z` }
}
