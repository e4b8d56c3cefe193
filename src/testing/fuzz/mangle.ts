/** Damages valid input, so that it gets past the first check and fails at a later one; now and then, pure noise. */
import type { SeededRandom } from '../seeded-random.ts'

/** Longest input made; long enough to pass every limit but the frame's. */
const MOST = 65_536

const BYTES = [0x00, 0x01, 0x0a, 0x0d, 0x1e, 0x20, 0x22, 0x7b, 0x7f, 0x80, 0xc0, 0xed, 0xfe, 0xff]

export const STRINGS = [
  '',
  ' ',
  '\u0000',
  '\u2028\u2029',
  '\ud800',
  'a\udc00b',
  '\u202eevil',
  '\ufeff',
  'İıſK',
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  '%00%ff%',
  '<script>alert(1)</script>',
  "'; DROP TABLE events; --",
  '${7*7}',
  '1e999',
  '-0',
  '0x10',
  '9007199254740993',
  '٣٤',
  'é'.repeat(100),
  '👩‍👩‍👧‍👦'.repeat(20),
  'x'.repeat(513),
  'x'.repeat(16_384),
]

export function mangleBytes(random: SeededRandom, seed: Uint8Array): Uint8Array {
  if (random.chance(0.02)) return noise(random, random.int(0, 300))
  let bytes = [...seed]
  for (let times = random.int(1, 4); times > 0; times--) bytes = mangleOnce(random, bytes)
  return Uint8Array.from(bytes.slice(0, MOST))
}

function mangleOnce(random: SeededRandom, bytes: number[]): number[] {
  const at = random.int(0, bytes.length)
  const length = random.int(1, Math.max(1, Math.min(32, bytes.length - at)))
  const [before, part] = [bytes.slice(0, at), bytes.slice(at, at + length)]
  const after = bytes.slice(at + length)
  const first = part[0] ?? 0
  const changes: (() => number[])[] = [
    () => [...before, first ^ (1 << random.int(0, 7)), ...part.slice(1), ...after],
    () => [...before, random.pick(BYTES), ...part.slice(1), ...after],
    () => [...before, ...after],
    () => [...before, ...part, ...part, ...after],
    () => [...before, ...noise(random, length), ...part, ...after],
    () => before,
    () => part,
    () => [...before, ...part.toReversed(), ...after],
    () => [...before, ...Array<number>(random.int(1, 2_000)).fill(first), ...after],
  ]
  return random.pick(changes)()
}

export function noise(random: SeededRandom, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.int(0, 255))
}

export function mangleText(random: SeededRandom, seed: string): string {
  let text = seed
  for (let times = random.int(1, 3); times > 0; times--) {
    const at = random.int(0, text.length)
    const to = at + random.int(0, Math.min(16, text.length - at))
    const part = text.slice(at, to)
    const changes: (() => string)[] = [
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, to) + part + text.slice(to),
      () => text.slice(0, at) + random.pick(STRINGS) + text.slice(to),
      () => text.slice(0, at) + String.fromCharCode(random.int(0, 0xffff)) + text.slice(to),
      () => text.slice(0, at) + part.toUpperCase() + text.slice(to),
      () => text.slice(0, at),
      () => text.slice(0, at) + part.repeat(random.int(1, 50)) + text.slice(to),
    ]
    text = random.pick(changes)()
  }
  return text.slice(0, MOST)
}
