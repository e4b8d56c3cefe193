import { setTimeout as delay } from 'node:timers/promises'
import type { Crowd } from './crowd.ts'
import { latenciesOf } from './latency.ts'
import type { Measured } from './orders.ts'
import { within } from './stretch.ts'
import { processorUse, startWatch } from './watch.ts'

const NOTICED_AFTER_MS = 500
const LOOKED_AT_EACH_MS = 250
/** Of a core: timers and pings are less. */
const AT_REST = 0.05
const AT_REST_WITHIN_MS = 20_000

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
  await atRest(serverPids())
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
    ...{ generatorShare, messages: coming.length, ...latenciesOf(took) },
  }
}

/**
 * Resolves when the servers neither run nor wait for a core: then they have noticed every broken line, however busy
 * the machine is.
 */
async function atRest(pids: readonly number[]): Promise<void> {
  const end = performance.now() + AT_REST_WITHIN_MS
  const busy = (): number => pids.reduce((sum, pid) => sum + wanted(pid), 0)
  for (;;) {
    const before = busy()
    const startedAt = performance.now()
    await delay(LOOKED_AT_EACH_MS)
    const share = (busy() - before) / 1_000 / (performance.now() - startedAt)
    // Where the system does not tell, the time from before must do.
    if (Number.isNaN(share) || share < AT_REST) return
    if (performance.now() > end) throw new Error('the server did not come to rest')
  }
}

function wanted(pid: number): number {
  const { ran, waited } = processorUse(pid)
  return ran + waited
}
