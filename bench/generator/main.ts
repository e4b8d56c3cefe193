/** The load generator: a process of its own that plays people, and is told what they do. */
import { reconnect } from './coming-back.ts'
import { type Crowd, gatherCrowd } from './crowd.ts'
import { fanOut } from './fan-out.ts'
import { addedLatency, redisRoundTrip } from './latency.ts'
import type { Answer, Order } from './orders.ts'
import { rounds, send } from './writing.ts'

let crowd: Crowd | undefined
let nodes = 1

function gathered(): Crowd {
  if (crowd === undefined) throw new Error('nobody has come yet')
  return crowd
}

async function carryOut(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'gather':
      nodes = order.ports.length
      crowd = await gatherCrowd(order)
      return { kind: 'done' }
    case 'fan-out':
      return { kind: 'measured', measured: await fanOut(gathered(), order.inFlight, order.ms) }
    case 'send':
      return { kind: 'measured', measured: await send(gathered(), order.ms) }
    case 'rounds': {
      const { people, each, hearers } = order
      return { kind: 'measured', measured: await rounds(gathered(), people, each, hearers) }
    }
    case 'reconnect': {
      const { missed, cursors } = order
      return { kind: 'measured', measured: await reconnect(gathered(), missed, cursors) }
    }
    case 'added-latency':
      return { kind: 'added', ...(await addedLatency(gathered(), nodes, order.messages)) }
    case 'redis-round-trip':
      return { kind: 'latency', latency: await redisRoundTrip(order.port, order.times) }
    case 'leave':
      await crowd?.leave()
      crowd = undefined
      return { kind: 'done' }
  }
}

process.on('message', (order: Order) => {
  void carryOut(order)
    .catch((fault: unknown): Answer => ({
      kind: 'failed',
      why: fault instanceof Error ? fault.message : String(fault),
    }))
    .then((answer) => process.send?.(answer))
})
