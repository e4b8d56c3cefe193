import { awaited } from './attendance.ts'
import type { Crowd } from './crowd.ts'
import type { Measured } from './orders.ts'
import { MAX_LATENCIES, stretch, warmUp, within } from './stretch.ts'
import { startWatch } from './watch.ts'
import { latenciesOf } from './latency.ts'

/** Messages under way at most. */
const RING = 4_096

/** One person keeps `inFlight` messages under way; one is through when everybody has it. */
export async function fanOut(crowd: Crowd, inFlight: number, ms: number): Promise<Measured> {
  const { people, serverPids } = crowd
  const all = people.length
  const [writer] = people
  if (writer === undefined) throw new Error('nobody is there')
  const done = new Int32Array(RING)
  const sentAt = new Float64Array(RING)
  const received = new Int32Array(all)
  const latencies: number[] = []
  let sent = 0
  let through = 0
  let deliveries = 0
  let isOver = false
  const finished = awaited()

  function send(): void {
    sentAt[sent % RING] = performance.now()
    done[sent % RING] = 0
    sent++
    writer?.attendance.post()
  }
  crowd.onMessages = (person, count) => {
    deliveries += count
    const from = received[person] ?? 0
    received[person] = from + count
    for (let message = from; message < from + count; message++) {
      const at = message % RING
      const now = (done[at] ?? 0) + 1
      done[at] = now
      if (now < all) continue
      through++
      if (latencies.length < MAX_LATENCIES) latencies.push(performance.now() - (sentAt[at] ?? 0))
      if (!isOver) send()
      else if (through === sent) finished.resolve()
    }
  }
  for (let message = 0; message < inFlight; message++) send()
  await crowd.unlessFaulty(warmUp(() => through >= inFlight))
  latencies.length = 0
  const before = { deliveries, through }
  const watch = startWatch(serverPids())
  await crowd.unlessFaulty(stretch(ms, inFlight, () => through - before.through))
  const { ms: took, serverMicroseconds, generatorShare } = watch.read()
  const count = deliveries - before.deliveries
  const messages = through - before.through
  const measured = latenciesOf(latencies)
  isOver = true
  await crowd.unlessFaulty(within(finished.promise, 'a message did not reach everybody'))
  if (messages === 0) throw new Error('no message reached everybody while it was measured')
  return {
    value: (count * 1_000) / took,
    microseconds: serverMicroseconds / count,
    ...{ generatorShare, messages, ...measured },
  }
}
