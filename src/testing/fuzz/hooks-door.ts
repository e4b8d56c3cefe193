import { hookPostSchema } from '../../protocol/integrations.ts'
import { attackHttp, type Door } from './door.ts'
import { mangleJson } from './mangle-json.ts'
import { sample, shapesOf } from './samples.ts'

const shapes = shapesOf(hookPostSchema)
const TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'application/x+json',
]

/** Where programs post into a room by a URL, with the right token and with others. */
export const hooksDoor: Door = {
  name: 'hooks',
  attack(arena, random) {
    const requests = Array.from({ length: 3 }, () => {
      const post = sample(random, random.pick(shapes))
      const body = random.chance(0.5) ? JSON.stringify(post) : mangleJson(random, post)
      const length = Buffer.byteLength(body) + (random.chance(0.9) ? 0 : random.int(-5, 5))
      return [
        `POST ${random.chance(0.8) ? arena.hook : `${arena.hook}x`} HTTP/1.1`,
        'Host: x',
        `Content-Type: ${random.pick(TYPES)}`,
        `Content-Length: ${Math.max(0, length)}`,
        ...(random.chance(0.3) ? [`Idempotency-Key: key ${random.int(0, 9)}`] : []),
        `\r\n${Buffer.from(body).toString('latin1')}`,
      ].join('\r\n')
    })
    return attackHttp(arena, random, requests, random.pick([0, 0.5]))
  },
}
