import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOST_PORT, memberOf } from './drill.ts'
import type { HostLine } from './host-station.ts'
import { createRoutedSubnets, type RoutedSubnets } from './routed-subnets.ts'
import type { SeekerCommand, SeekerLine } from './seeker-station.ts'
import { namespaceSupport } from './subnet.ts'
import { talkTo, type Talk } from './talk.ts'
import type { NamespaceHost } from './world.ts'

const support = namespaceSupport()
if (support.kind === 'no') {
  process.stderr.write(`\n⚠ JOINING ACROSS NETWORKS IS NOT TESTED HERE: ${support.why}\n\n`)
}

const LIMIT_MS = 90_000
const JOINED_MS = 30_000
const program = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

describe.skipIf(support.kind === 'no')('where nothing is announced', () => {
  let folder: string
  let network: RoutedSubnets
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-joining-'))
    network = createRoutedSubnets(2, 1)
  })
  afterEach(async () => {
    await network.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  const computer = (subnet: number, host: number): NamespaceHost => {
    const one = network.subnets[subnet]?.[host]
    if (one === undefined) throw new Error('no such computer')
    return one
  }

  async function host(): Promise<{ readonly code: string }> {
    const child = computer(0, 0).node(program('host-station.ts'), folder, String(HOST_PORT))
    return { code: await shownCode(talkTo(child)) }
  }
  const shownCode = (talk: Talk): Promise<string> =>
    talk.hear(20_000, (line) =>
      'code' in (line as HostLine) ? (line as { code: string }).code : undefined,
    )

  async function seeker(
    where: NamespaceHost,
  ): Promise<(command: SeekerCommand) => Promise<SeekerLine>> {
    const talk = talkTo(where.node(program('seeker-station.ts')))
    await talk.hear(20_000, (line) => (line as { ready?: true }).ready)
    return (command) => {
      talk.send(command)
      return talk.hear(JOINED_MS, (line) =>
        'why' in (line as object) ? (line as SeekerLine) : undefined,
      )
    }
  }

  it(
    'a code alone finds the host by asking the neighbours, and across a router with its address; wrong ones do not',
    { timeout: LIMIT_MS },
    async () => {
      // Not even a firewall's leak of multicast may help.
      for (const one of [computer(0, 0), computer(0, 1), computer(1, 0)]) one.dropUdp(5353)
      const [{ code }, near, far] = await Promise.all([
        host(),
        seeker(computer(0, 1)),
        seeker(computer(1, 0)),
      ])
      const address = { host: computer(0, 0).ipv4, port: HOST_PORT }
      const startedAt = performance.now()
      const found = await near({ kind: 'find', code })
      expect(found.why).toBe('')
      const nora = memberOf('Nora', talkTo(memberAt(computer(0, 1), 'Nora', found)))
      await nora.settled(JOINED_MS)
      expect(performance.now() - startedAt).toBeLessThan(JOINED_MS)

      // The other network is not walked through, whoever asks; the host's address leads there.
      const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`
      expect(await far({ kind: 'at', ...address, code: wrong })).toMatchObject({ invite: null })
      const reached = await far({ kind: 'at', ...address, code })
      expect(reached.why).toBe('')
      const fred = memberOf('Fred', talkTo(memberAt(computer(1, 0), 'Fred', reached)))
      await fred.settled(JOINED_MS)
      nora.send(['heard across the router'])
      const { head } = await nora.settled(JOINED_MS)
      await fred.settled(JOINED_MS, head)
      expect(await fred.texts()).toEqual(['heard across the router'])
    },
  )

  function memberAt(where: NamespaceHost, name: string, { invite }: SeekerLine) {
    if (invite === null) throw new Error('has no invite')
    return where.node(program('member-station.ts'), folder, name, invite)
  }
})
