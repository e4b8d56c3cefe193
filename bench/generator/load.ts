import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../figures/statistics.ts'
import { awaited } from './attendance.ts'
import type { Measured } from './orders.ts'
import type { Crowd } from './crowd.ts'
import { startWatch } from './watch.ts'

/** Compilers and buffers are warm after this. */
const WARM_UP_MS = 400
const NOTICED_AFTER_MS = 500
/** Messages under way at most. */
const RING = 4_096
/** A message that is not with everybody by then is lost. */
const LOST_AFTER_MS = 30_000
const MAX_LATENCIES = 200_000

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
  await crowd.unlessFaulty(delay(WARM_UP_MS))
  latencies.length = 0
  const before = deliveries
  const watch = startWatch(serverPids())
  await crowd.unlessFaulty(delay(ms))
  const { ms: took, serverMicroseconds, generatorShare } = watch.read()
  const count = deliveries - before
  isOver = true
  await crowd.unlessFaulty(within(finished.promise, 'a message did not reach everybody'))
  return {
    value: (count * 1_000) / took,
    microseconds: serverMicroseconds / count,
    ...{ generatorShare, count, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
  }
}

/** Everybody has one write under way, until the time is over. */
export function send(crowd: Crowd, ms: number): Promise<Measured> {
  return rounds(crowd, crowd.people.length, Number.POSITIVE_INFINITY, ms)
}

/** Each of the first `writers` writes `each` messages one after the other. `value` is then how long it took. */
export async function rounds(
  crowd: Crowd,
  writers: number,
  each: number,
  ms = Number.POSITIVE_INFINITY,
): Promise<Measured> {
  const { people, serverPids } = crowd
  const isTimed = each === Number.POSITIVE_INFINITY
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
  let watch = startWatch(serverPids())
  for (let person = 0; person < writers; person++) send(person)
  if (isTimed) {
    await crowd.unlessFaulty(delay(WARM_UP_MS))
    latencies.length = 0
    acks = 0
    watch = startWatch(serverPids())
    await crowd.unlessFaulty(delay(ms))
  } else {
    await crowd.unlessFaulty(within(finished.promise, 'an ack did not come'))
  }
  const { ms: took, serverMicroseconds, generatorShare } = watch.read()
  const count = acks
  isOver = true
  await crowd.unlessFaulty(within(finished.promise, 'an ack did not come'))
  return {
    value: isTimed ? (count * 1_000) / took : took,
    microseconds: serverMicroseconds / count,
    ...{ generatorShare, count, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
  }
}

/** Everybody but the first, who writes, loses their line, misses messages and comes back at once. */
export async function reconnect(
  crowd: Crowd,
  missed: number,
  cursors: 'same' | 'random',
): Promise<Measured> {
  const { people, serverPids } = crowd
  const coming = people.slice(1)
  await crowd.beforeBreak()
  await Promise.all(coming.map(({ attendance }) => attendance.close()))
  // The server is to have noticed: who comes back while their old line is there is another case.
  await delay(NOTICED_AFTER_MS)
  await crowd.writeMissed(missed)
  // Drawn before, and the same in each repetition. Only our people have cursors of their own.
  const isSame = cursors === 'same' || crowd.subject !== 'ours'
  const gaps = coming.map((_, index) =>
    isSame ? missed : 1 + ((index * 7_919) % (2 * missed - 1)),
  )
  const watch = startWatch(serverPids())
  const startedAt = performance.now()
  const took: number[] = []
  await crowd.unlessFaulty(
    within(
      Promise.all(
        coming.map(async (person, index) => {
          await person.come()
          await person.attendance.enter()
          await person.attendance.catchUp(gaps[index] ?? missed)
          took.push(performance.now() - startedAt)
        }),
      ),
      'somebody did not come back',
    ),
  )
  const { ms, serverMicroseconds, generatorShare } = watch.read()
  return {
    value: ms,
    microseconds: serverMicroseconds / coming.length,
    ...{
      generatorShare,
      count: coming.length,
      p50: percentile(took, 0.5),
      p99: percentile(took, 0.99),
    },
  }
}

export async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const giveUp = new AbortController()
  try {
    const late = delay(LOST_AFTER_MS, undefined, { signal: giveUp.signal }).then(() => {
      throw new Error(what)
    })
    late.catch(() => {})
    return await Promise.race([promise, late])
  } finally {
    giveUp.abort()
  }
}
