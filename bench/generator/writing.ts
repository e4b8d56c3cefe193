import { awaited } from './attendance.ts'
import type { Crowd } from './crowd.ts'
import { latenciesOf } from './latency.ts'
import type { Measured } from './orders.ts'
import { MAX_LATENCIES, stretch, warmUp, within } from './stretch.ts'
import { startWatch } from './watch.ts'

/** What a row of `rounds` writes before it is measured, in all. */
const WARM_UP_WRITES = 100

interface Writing {
  /** Milliseconds from each write to its ack. */
  readonly latencies: number[]
  acks(): number
  /** What is counted begins anew. */
  restart(): void
  /** Nobody writes again; resolves with the last ack. */
  end(): Promise<void>
  /** Everybody has written what they were to, and it is acknowledged. */
  readonly finished: Promise<void>
}

/** Each of the first `writers` writes, waits for the ack, and writes again: `each` times. */
function startWriting(crowd: Crowd, writers: number, each: number): Writing {
  const { people } = crowd
  const sentAt = new Float64Array(writers)
  const left = Array.from({ length: writers }, () => each)
  const latencies: number[] = []
  let acks = 0
  let underWay = writers
  let isOver = false
  const finished = awaited()

  function send(person: number): void {
    sentAt[person] = performance.now()
    people[person]?.attendance.post()
  }
  crowd.onAck = (person) => {
    acks++
    if (latencies.length < MAX_LATENCIES) latencies.push(performance.now() - (sentAt[person] ?? 0))
    const rest = (left[person] ?? 0) - 1
    left[person] = rest
    if (rest > 0 && !isOver) send(person)
    else if (--underWay === 0) finished.resolve()
  }
  for (let person = 0; person < writers; person++) send(person)
  return {
    latencies,
    acks: () => acks,
    restart() {
      latencies.length = 0
      acks = 0
    },
    end() {
      isOver = true
      return finished.promise
    },
    finished: finished.promise,
  }
}

/** Everybody has one write under way, until the time is over. */
export async function send(crowd: Crowd, ms: number): Promise<Measured> {
  const writers = crowd.people.length
  const writing = startWriting(crowd, writers, Number.POSITIVE_INFINITY)
  await crowd.unlessFaulty(warmUp(() => writing.acks() >= writers))
  writing.restart()
  const watch = startWatch(crowd.serverPids())
  await crowd.unlessFaulty(stretch(ms, writers, writing.acks))
  const { ms: took, serverMicroseconds, generatorShare } = watch.read()
  const messages = writing.acks()
  const measured = latenciesOf(writing.latencies)
  await crowd.unlessFaulty(within(writing.end(), 'an ack did not come'))
  if (messages === 0) throw new Error('nothing was acknowledged while it was measured')
  return {
    value: (messages * 1_000) / took,
    microseconds: serverMicroseconds / messages,
    ...{ generatorShare, messages, ...measured },
  }
}

/**
 * Each of the first `writers` writes `each` messages one after the other, to `hearers` people. `value` is how long it
 * took until all of it was acknowledged and had reached everybody.
 */
export async function rounds(
  crowd: Crowd,
  writers: number,
  each: number,
  hearers: number,
): Promise<Measured> {
  async function write(times: number): Promise<Writing> {
    const delivered = awaited()
    let missing = writers * times * hearers
    crowd.onMessages = (_, count) => {
      missing -= count
      if (missing === 0) delivered.resolve()
    }
    const writing = startWriting(crowd, writers, times)
    await crowd.unlessFaulty(within(writing.finished, 'an ack did not come'))
    await crowd.unlessFaulty(within(delivered.promise, 'a message did not reach everybody'))
    return writing
  }
  await write(Math.ceil(WARM_UP_WRITES / writers))
  const watch = startWatch(crowd.serverPids())
  const writing = await write(each)
  const { ms, serverMicroseconds, generatorShare } = watch.read()
  const messages = writing.acks()
  return {
    value: ms,
    microseconds: serverMicroseconds / messages,
    ...{ generatorShare, messages, ...latenciesOf(writing.latencies) },
  }
}
