import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { countingMeter } from '../ops/counting-meter.ts'
import { REFUSED } from './native/refuse-upgrade.ts'
import { createWebSockets, type OpenedWebSocket } from './web-sockets.ts'

it('lets go of who waited for a refusal, with the request they keep, once a connection is there', async () => {
  const log = { info() {}, warn() {} }
  const intake = { watch() {}, heldBytes: () => 0, stop() {} }
  const webSockets = createWebSockets(
    { meter: countingMeter(), log, intake },
    { maxFrameBytes: 1_000, closeTimeoutMs: 1_000, compression: false, subprotocols: [] },
  )
  const user = { receive() {}, pong() {}, closed() {}, isAdmitted: () => false, cut() {} }
  const opened: OpenedWebSocket[] = []
  const upgrades: Duplex[] = []
  const http = createServer()
  http.on('upgrade', (request, raw, head) => {
    upgrades.push(raw)
    raw.once(REFUSED, () => expect.unreachable('it was not refused'))
    webSockets.accept(request, raw, head, (one) => {
      opened.push(one)
      return user
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  await once(client, 'open')
  expect(opened[0]?.raw).toBe(upgrades[0])
  expect(upgrades[0]?.listenerCount(REFUSED)).toBe(0)
  client.close()
  await webSockets.closed(1_000)
  await new Promise((resolve) => http.close(resolve))
})
