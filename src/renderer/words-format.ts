/** Dates and numbers in the language and habits of this computer. */
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const dayOfYear = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const list = new Intl.ListFormat(undefined, { style: 'long', type: 'conjunction' })
const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })

const HOUR_MS = 3_600_000

export const formatTime = (at: number): string => time.format(at)
export const formatFull = (at: number): string => full.format(at)
export const formatList = (names: readonly string[]): string => list.format(names)
export const formatNumber = (value: number): string => plain.format(value)

/** Midnight at the start of the local day that `at` is in. */
export function startOfDay(at: number): number {
  const date = new Date(at)
  date.setHours(0, 0, 0, 0)
  return date.getTime()
}

/** Whole local days from `at` to `now`; rounding absorbs the hour of a daylight-saving change. */
export function daysAgo(at: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(at)) / (24 * HOUR_MS))
}

export function formatDay(at: number, now: number): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return (sameYear ? day : dayOfYear).format(at)
}

/** Time for today, otherwise day and month. */
export function formatMoment(at: number, now: number): string {
  return daysAgo(at, now) === 0 ? formatTime(at) : short.format(at)
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${plain.format(bytes)} B`
  if (bytes < 1_048_576) return `${plain.format(bytes / 1_024)} KB`
  return `${plain.format(bytes / 1_048_576)} MB`
}

export function formatMilliseconds(ms: number): string {
  return `${plain.format(ms < 10 ? ms : Math.round(ms))} ms`
}
