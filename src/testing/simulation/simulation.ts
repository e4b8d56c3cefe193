/**
 * One seeded life of a session: a server and several devices that talk while lines are cut, processes are
 * killed, disks fill up and frames come twice. When the faults end and everything has settled, every device
 * must have the same log, gap-free, with nothing lost and nothing doubled (SPEC.md D1-D11, D18).
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { manualClock } from '../manual-clock.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import { check } from './check.ts'
import { SimulatedDevice } from './device.ts'
import { SimulatedNetwork } from './network.ts'
import { SECRET, SimulatedServer } from './server.ts'
import { type World, takeStep } from './steps.ts'

const STEPS = { least: 25, most: 70 }
/** Longer than the longest retry delay, the longest half-open line and the longest hold together. */
const SETTLE_ROUNDS = 40
const SETTLE_ROUND_MS = 10_000

export interface SimulationResult {
  readonly seed: number
  /** What is wrong, in words; empty when every promise held. */
  readonly violations: readonly string[]
  readonly steps: readonly string[]
  readonly messages: number
}

export async function simulate(seed: number): Promise<SimulationResult> {
  // Memory-backed where there is such a folder: the files live for a second and nobody needs them on disk.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'landline-sim-'))
  const random = seededRandom(seed)
  const clock = manualClock()
  const network = new SimulatedNetwork(clock, random)
  const server = new SimulatedServer(clock, random, network)
  await server.start()
  const devices = await makeDevices(
    random,
    server,
    (identity, n) =>
      new SimulatedDevice(clock, network, random, {
        file: join(folder, `device-${n}.db`),
        session: {
          id: server.store.session.id,
          name: 'Simulated',
          addresses: ['server:1'],
          secret: SECRET,
        },
        identity,
      }),
  )
  const steps: string[] = []
  const world: World = { clock, network, random, server, devices, steps }
  try {
    // Everyone has to have come in once before people can be named.
    network.faults = false
    await clock.advance(1_000)
    network.faults = true
    for (let n = random.int(STEPS.least, STEPS.most); n > 0; n--) await takeStep(world)
    const unsettled = await settle(world)
    const violations = unsettled === undefined ? await check(world) : [unsettled]
    const messages = devices.reduce((sum, device) => sum + device.promised.length, 0)
    return { seed, violations, steps, messages }
  } finally {
    for (const device of devices) device.close()
    server.kill()
    await server.store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Identity = ConstructorParameters<typeof SimulatedDevice>[3]['identity']

/** Two to three people; the first one has two devices in half of the lives. */
async function makeDevices(
  random: SeededRandom,
  server: SimulatedServer,
  make: (identity: Identity, n: number) => SimulatedDevice,
): Promise<SimulatedDevice[]> {
  const people = Array.from({ length: random.int(2, 3) }, (_, n) => ({
    memberId: random.uuid() as MemberId,
    deviceKey: random.key(),
    memberName: `Person ${n}`,
  }))
  const owners = random.chance(0.5) ? [...people, ...people.slice(0, 1)] : people
  const identities = owners.map((person, n) => ({
    ...person,
    deviceId: random.uuid() as DeviceId,
    deviceName: `Device ${n}`,
  }))
  await server.linkFurtherDevices(identities)
  return identities.map(make)
}

/** Ends the faults and waits until nothing is on its way any more; says so when that never comes. */
async function settle(world: World): Promise<string | undefined> {
  const { clock, network, server, devices } = world
  network.faults = false
  server.diskIsFull = false
  if (!server.isRunning) await server.start()
  for (let round = 0; round < SETTLE_ROUNDS; round++) {
    await clock.advance(SETTLE_ROUND_MS)
    const waiting = devices.filter(({ session }) => {
      const { connection, queued } = session.view()
      return connection.state !== 'online' || queued > 0
    })
    // One more round once all is quiet: the last acks may still be followed by events.
    if (waiting.length === 0 && round >= 6) return undefined
  }
  return devices
    .map(({ name, session }) => `${name}: ${JSON.stringify(session.view())}`)
    .reduce((text, line) => `${text}\n  ${line}`, 'did not settle:')
}
