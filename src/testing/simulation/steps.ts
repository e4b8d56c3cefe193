import type { MessageView, RoomView } from '../../client/views.ts'
import type { ManualClock } from '../manual-clock.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { SimulatedDevice } from './device.ts'
import type { SimulatedNetwork } from './network.ts'
import type { SimulatedServer } from './server.ts'

export interface World {
  readonly clock: ManualClock
  readonly network: SimulatedNetwork
  readonly random: SeededRandom
  readonly server: SimulatedServer
  readonly devices: readonly SimulatedDevice[]
  /** What was done, in words, for whoever reads a failing seed. */
  readonly steps: string[]
}

interface Step {
  readonly name: string
  /** How often, compared with the others. */
  readonly weight: number
  run(world: World, device: SimulatedDevice): Promise<void> | void
}

const EMOJI = ['👍', '🎉', '🚀'] as const

const steps: readonly Step[] = [
  {
    name: 'sends',
    weight: 20,
    run: (world, device) => send(world, device, world.random.int(1, 4)),
  },
  { name: 'sends a burst', weight: 3, run: (world, device) => send(world, device, 40) },
  {
    name: 'changes a message',
    weight: 8,
    async run(world, device) {
      const room = pickRoom(world, device)
      if (room === undefined) return
      const message = await pickMessage(world, device, room)
      if (message === undefined || message.deleted) return
      const { session } = device
      const own = message.author === device.memberId
      const emoji = world.random.pick(EMOJI)
      const choice = world.random.int(0, 4)
      if (choice === 0 && own)
        session.edit(room.id, message.id, `edited ${world.random.int(0, 999)}`)
      else if (choice === 1 && own) session.delete(room.id, message.id)
      else if (choice === 2) session.unreact(room.id, message.id, emoji)
      else session.react(room.id, message.id, emoji)
    },
  },
  {
    name: 'reads',
    weight: 4,
    run(world, device) {
      const room = pickRoom(world, device)
      if (room !== undefined) device.session.markRead(room.id, world.random.int(0, room.headSeq))
    },
  },
  {
    name: 'types and drafts',
    weight: 2,
    run(world, device) {
      const room = pickRoom(world, device)
      if (room === undefined) return
      device.session.setTyping(room.id, world.random.chance(0.7))
      device.session.setDraft(room.id, 'half a thought')
    },
  },
  {
    name: 'makes a group',
    weight: 3,
    run(world, device) {
      void device.session.createRoom({
        name: `group ${world.random.int(0, 99)}`,
        topic: '',
        visibility: world.random.chance(0.5) ? 'public' : 'private',
        members: world.random.chance(0.7) ? [world.random.pick(world.devices).memberId] : [],
      })
    },
  },
  {
    name: 'opens a direct room',
    weight: 3,
    run(world, device) {
      const other = world.random.pick(world.devices).memberId
      if (other !== device.memberId) void device.session.openDirect([other])
    },
  },
  {
    name: 'leaves or joins',
    weight: 2,
    run(world, device) {
      const room = pickRoom(world, device)
      if (room !== undefined && world.random.chance(0.4)) void device.session.leaveRoom(room.id)
      else {
        const elsewhere = pickRoom(world, world.random.pick(world.devices))
        if (elsewhere !== undefined) void device.session.joinRoom(elsewhere.id)
      }
    },
  },
  { name: 'is killed and started', weight: 5, run: (_, device) => device.crash() },
  {
    name: 'goes to sleep and wakes up',
    weight: 3,
    async run({ clock, network, random }, device) {
      device.session.systemEvent('suspend')
      network.cutOne()
      await clock.advance(random.int(1_000, 90_000))
      device.session.systemEvent(random.pick(['resume', 'network-change', 'network-back']))
    },
  },
  {
    name: 'disconnects and connects',
    weight: 2,
    async run({ clock, random }, device) {
      device.session.disconnect()
      await clock.advance(random.int(0, 20_000))
      device.session.connect()
    },
  },
  { name: 'line is cut', weight: 10, run: ({ network }) => network.cutOne() },
  { name: 'server is killed', weight: 3, run: ({ server }) => server.kill() },
  { name: 'server drains', weight: 2, run: ({ server }) => server.drain() },
  {
    name: 'server starts',
    weight: 12,
    async run({ server }) {
      if (!server.isRunning) await server.start()
    },
  },
  {
    name: 'server disk fills or is freed',
    weight: 2,
    run({ server }) {
      server.diskIsFull = !server.diskIsFull
    },
  },
  {
    name: 'clock is set wrong',
    weight: 1,
    run: ({ clock, random }) => clock.skewWallClock(random.int(-3_600_000, 3_600_000)),
  },
]

/** One random step by one random device, then a random while for things to happen. */
export async function takeStep(world: World): Promise<void> {
  const { random } = world
  const step = weighted(random)
  const device = random.pick(world.devices)
  world.steps.push(`${Math.round(world.clock.monotonic())} ms: ${device.name} ${step.name}`)
  await step.run(world, device)
  await world.clock.advance(random.chance(0.15) ? random.int(1_000, 40_000) : random.int(0, 300))
}

function weighted(random: SeededRandom): Step {
  let left = random.int(
    1,
    steps.reduce((sum, step) => sum + step.weight, 0),
  )
  for (const step of steps) {
    left -= step.weight
    if (left <= 0) return step
  }
  throw new Error('the weights do not add up')
}

function send({ random, clock }: World, device: SimulatedDevice, count: number): void {
  const { rooms } = device.session.contents()
  if (rooms.length === 0) return
  for (let n = 0; n < count; n++) {
    device.send(random.pick(rooms).id, `${device.name} at ${clock.monotonic()}: ${random.key()}`)
  }
}

function pickRoom({ random }: World, device: SimulatedDevice): RoomView | undefined {
  const { rooms } = device.session.contents()
  return rooms.length === 0 ? undefined : random.pick(rooms)
}

async function pickMessage(
  { random, clock }: World,
  device: SimulatedDevice,
  room: RoomView,
): Promise<MessageView | undefined> {
  const loading = device.session.timeline(room.id, { limit: 20 })
  let page: Awaited<typeof loading> | undefined
  void loading.then((result) => (page = result))
  await clock.settle()
  if (page === undefined || !page.ok) return undefined
  const messages = page.value.items.filter((item) => item.type === 'message')
  return messages.length === 0 ? undefined : random.pick(messages)
}
