/** People of two subnets talk through a bad network: what `npm test` does for seconds, `npm run test:slow` for long. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SystemEvent } from '../../client/client-session.ts'
import type { LineQuality } from '../shaping/line.ts'
import type { MemberCommand } from './member-station.ts'
import { createRoutedSubnets, type RoutedSubnets } from './routed-subnets.ts'
import { talkTo, type Talk } from './talk.ts'
import type { NamespaceHost } from './world.ts'

export const HOST_PORT = 47_800
const SHAPER_PORT = 5_000
const START_MS = 20_000

export interface Member {
  readonly name: string
  readonly talk: Talk
  send(texts: readonly string[]): void
  /** What the operating system tells the app. */
  system(event: SystemEvent): void
  /** Waits until it is online, all it wrote is acknowledged, and it has the events up to `head`. */
  settled(withinMs: number, head?: number): Promise<{ readonly head: number }>
  texts(): Promise<readonly string[]>
}

export interface Drill {
  readonly network: RoutedSubnets
  readonly near: NamespaceHost
  readonly far: NamespaceHost
  /** Invite of the host, which is in the first subnet. */
  readonly invite: string
  readonly host: Talk
  member(name: string, computer: NamespaceHost, invite?: string): Member
  /** Leads whoever dials the host from elsewhere through this line. */
  shape(quality: Partial<LineQuality>): Promise<void>
  dispose(): Promise<void>
}

const program = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** A host and a computer beside it in one subnet, and another computer in another. */
export async function startDrill(): Promise<Drill> {
  const folder = mkdtempSync(join(tmpdir(), 'landline-drill-'))
  const network = createRoutedSubnets(2, 1)
  const dispose = async (): Promise<void> => {
    await network.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const [[server, near] = [], [far] = []] = network.subnets
    if (server === undefined || near === undefined || far === undefined) throw new Error('no hosts')
    writeFileSync(join(folder, 'secret'), 's'.repeat(43))
    const host = talkTo(
      server.node(
        program('../../server/headless.ts'),
        ...['--host', '0.0.0.0', '--port', String(HOST_PORT), '--data', join(folder, 'hosted')],
        ...['--secret-file', join(folder, 'secret'), '--messages-per-minute', '60000'],
        '--print-invite',
      ),
    )
    const invite = await host.hear(START_MS, (line) => (line as { invite?: string }).invite)
    return {
      ...{ network, near, far, invite, host, dispose },
      member: (name, computer, link = invite) =>
        memberOf(name, talkTo(computer.node(program('member-station.ts'), folder, name, link))),
      async shape(quality) {
        const { router } = network
        const args = [...['0.0.0.0', String(SHAPER_PORT)], ...[server.ipv4, String(HOST_PORT)]]
        const shaper = talkTo(router.node(program('shaper.ts'), ...args, JSON.stringify(quality)))
        await shaper.hear(START_MS, (line) => (line as { ready?: true }).ready)
        router.lead(HOST_PORT, SHAPER_PORT)
      },
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

export function memberOf(name: string, talk: Talk): Member {
  const ask = (command: MemberCommand): void => talk.send(command)
  return {
    name,
    talk,
    send: (texts) => ask({ kind: 'send', texts }),
    system: (event) => ask({ kind: 'system', event }),
    settled(withinMs, head = 0) {
      ask({ kind: 'settle', head })
      return talk.hear(withinMs, (line) => heard(line).settled)
    },
    texts() {
      ask({ kind: 'texts' })
      return talk.hear(START_MS, (line) => heard(line).texts)
    },
  }
}

/** What a `MemberLine` may hold of these. */
const heard = (line: unknown): { settled?: { head: number }; texts?: readonly string[] } =>
  line as object

/** Waits until all have sent what they wrote, and have what the others sent. */
export async function allSettled(members: readonly Member[], withinMs: number): Promise<void> {
  const heads = await Promise.all(members.map((member) => member.settled(withinMs)))
  const head = Math.max(...heads.map((one) => one.head))
  await Promise.all(members.map((member) => member.settled(withinMs, head)))
}

export const numbered = (words: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${words} ${index}`)

/**
 * What is wrong with what two people have, who wrote these texts in this order each; nothing when the promises
 * were kept: every text once, both the same order, and each one's own in the order of writing.
 */
export function wrongs(
  written: readonly (readonly string[])[],
  seen: readonly (readonly string[])[],
): string[] {
  const [first = []] = seen
  const found: string[] = []
  for (const [index, texts] of seen.entries()) {
    if (texts.join('\n') !== first.join('\n')) found.push(`member ${index} has another order`)
    if (new Set(texts).size !== texts.length) found.push(`member ${index} has a text twice`)
    for (const own of written) {
      const mine = new Set(own)
      const got = texts.filter((text) => mine.has(text))
      if (got.join('\n') === own.join('\n')) continue
      found.push(`member ${index} has ${got.length} of ${own.length}, or in another order`)
    }
  }
  return found
}

/** Both write, are parted for so long, write on, and are brought together again. */
export async function partitionDrill(
  drill: Drill,
  partedMs: number,
): Promise<{
  readonly wrong: readonly string[]
  /** From the network's return until everything that waited was acknowledged. */
  readonly healedMs: number
}> {
  const near = drill.member('Nora', drill.near)
  const far = drill.member('Fred', drill.far)
  await allSettled([near, far], START_MS)
  const write = (words: string): void => {
    near.send(numbered(`Nora ${words}`, EACH))
    far.send(numbered(`Fred ${words}`, EACH))
  }
  write('before')
  // Cut in the middle of sending: nobody can know which of these arrived.
  drill.network.router.setPlugged(1, false)
  const parted = new Promise((resolve) => setTimeout(resolve, partedMs))
  write('parted')
  await near.settled(START_MS)
  await parted
  write('still parted')
  drill.network.router.setPlugged(1, true)
  const backAt = performance.now()
  // As the app is told by the system.
  far.system('network-back')
  await far.settled(HEALED_MS)
  const healedMs = performance.now() - backAt
  write('together')
  await allSettled([near, far], HEALED_MS)
  const parts = ['before', 'parted', 'still parted', 'together']
  const written = [near, far].map(({ name }) =>
    parts.flatMap((words) => numbered(`${name} ${words}`, EACH)),
  )
  return { wrong: wrongs(written, [await near.texts(), await far.texts()]), healedMs }
}

const EACH = 25
const HEALED_MS = 40_000
