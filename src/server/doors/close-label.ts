import { CloseCode } from '../../protocol/errors.ts'

/** From here on codes are made up by whoever closes. */
const FIRST_FREE_CODE = 3_000
const ours: ReadonlySet<number> = new Set(Object.values(CloseCode))

/** What a close is counted by. Each figure is kept for ever, so a peer must not choose its name. */
export function closeLabel(code: number): string {
  return code < FIRST_FREE_CODE || ours.has(code) ? String(code) : 'other'
}
