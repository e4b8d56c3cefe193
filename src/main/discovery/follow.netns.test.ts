import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FoundSessionView } from '../../ipc/join-views.ts'
import { parseInvite } from '../../protocol/invite.ts'
import type { Invite } from '../../protocol/invite.ts'
import { createSubnet, namespaceSupport } from '../../testing/namespaces/subnet.ts'
import type { Subnet } from '../../testing/namespaces/subnet.ts'
import { talkTo } from '../../testing/namespaces/talk.ts'
import type { Talk } from '../../testing/namespaces/talk.ts'
import type { NamespaceHost } from '../../testing/namespaces/world.ts'
import type { MemberCommand } from './testing/member.ts'

const support = namespaceSupport()
if (support.kind === 'no') {
  process.stderr.write(
    `\n⚠ FOLLOWING HOSTS ON REAL NETWORKS IS NOT TESTED HERE: ${support.why}\n\n`,
  )
}

const program = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const SECRET = 'q'.repeat(43)
const LIMIT_MS = 60_000

describe.skipIf(support.kind === 'no')('the real client and server on real networks', () => {
  let subnet: Subnet
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-netns-'))
    writeFileSync(join(folder, 'secret'), SECRET)
    subnet = createSubnet(3, 2)
  })
  afterEach(async () => {
    await subnet.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  const computer = (n: number): NamespaceHost => {
    const one = subnet.hosts[n]
    if (one === undefined) throw new Error(`no computer ${n}`)
    return one
  }

  /** The server as operators run it: it announces itself, since others can reach it. */
  async function host(n: number, port: number) {
    const server = talkTo(
      computer(n).node(
        program('../../server/headless.ts'),
        ...['--host', '0.0.0.0', '--port', String(port), '--data', join(folder, 'hosted')],
        ...['--name', 'Ward 3', '--secret-file', join(folder, 'secret'), '--print-invite'],
      ),
    )
    const link = await server.hear(20_000, (line) => (line as { invite?: string }).invite)
    const parsed = parseInvite(link)
    if (parsed.kind === 'fault') throw new Error(parsed.message)
    const { invite } = parsed
    return { server, link, invite }
  }

  async function member(n: number): Promise<Talk & { ask(command: MemberCommand): void }> {
    const talk = talkTo(computer(n).node(program('testing/member.ts'), join(folder, `member-${n}`)))
    await talk.hear(20_000, (line) => (line as { ready?: true }).ready)
    return { ...talk, ask: talk.send }
  }
  const hasJoined = (talk: Talk) =>
    talk.hear(3_000, (line) => (line as { joined?: { ok: boolean } }).joined?.ok)
  const isOnline = (talk: Talk, withinMs: number) =>
    talk.hear(withinMs, (line) => {
      const { state, queued } = line as { state?: string; queued?: number }
      return state === 'online' && queued === 0 ? true : undefined
    })
  const finds = (talk: Talk, { sessionId }: Invite, withinMs = 6_000) =>
    talk.hear(withinMs, (line) =>
      (line as { found?: readonly FoundSessionView[] }).found?.find(
        (session) => session.sessionId === sessionId,
      ),
    )

  it(
    'where a firewall drops multicast DNS, nothing is found and the invite link works',
    { timeout: LIMIT_MS },
    async () => {
      computer(1).dropUdp(5353)
      const [{ link, invite }, sam, other] = await Promise.all([
        host(0, 47_800),
        member(1),
        member(2),
      ])
      await finds(other, invite)
      sam.ask({ kind: 'join', invite: link })
      expect(await hasJoined(sam)).toBe(true)
      await isOnline(sam, 5_000)
      await expect(finds(sam, invite, 1_000)).rejects.toThrow('not heard')
    },
  )

  it(
    '[D12] a member follows a host whose address changed, and what was written meanwhile is acknowledged',
    { timeout: LIMIT_MS },
    async () => {
      const [{ link, invite }, sam] = await Promise.all([host(0, 47_800), member(1)])
      sam.ask({ kind: 'join', invite: link })
      await isOnline(sam, 5_000)
      computer(0).readdress('10.77.2.77')
      sam.ask({ kind: 'send', session: invite.sessionId, text: 'Written while the host moved.' })
      await sam.hear(3_000, (line) =>
        (line as { queued?: number }).queued === 1 ? true : undefined,
      )
      // The announcing computer notices its new address within 2 s; the rest is the client's.
      await isOnline(sam, 10_000)
    },
  )

  it(
    '[D12] a member follows a host that came back on another port',
    { timeout: LIMIT_MS },
    async () => {
      const [{ link, invite, server }, sam] = await Promise.all([host(0, 47_800), member(1)])
      sam.ask({ kind: 'join', invite: link })
      await isOnline(sam, 5_000)
      server.kill()
      await sam.hear(5_000, (line) =>
        (line as { state?: string }).state === 'waiting' ? true : undefined,
      )
      sam.ask({ kind: 'send', session: invite.sessionId, text: 'Written while nobody hosted.' })
      await host(0, 51_234)
      await isOnline(sam, 10_000)
    },
  )

  it(
    '[T1] an impostor that announces the same session and the same key leads nobody away',
    { timeout: LIMIT_MS },
    async () => {
      const [{ link, invite, server }, sam] = await Promise.all([host(0, 47_800), member(1)])
      sam.ask({ kind: 'join', invite: link })
      await isOnline(sam, 5_000)
      const impostor = talkTo(
        computer(2).node(
          program('../../server/headless.ts'),
          ...['--host', '0.0.0.0', '--port', '47800', '--data', join(folder, 'impostor')],
        ),
      )
      await impostor.hear(20_000, (line) => (line as { event?: string }).event)
      const evil = talkTo(computer(2).node(program('../../discovery/testing/station.ts'), '30'))
      await evil.hear(20_000, (line) => (line as { ready?: true }).ready)
      evil.send({
        kind: 'announce',
        session: {
          ...{ sessionId: invite.sessionId, name: 'Ward 3', host: 'evil', protocolVersion: 1 },
          ...{ people: 1, passphrase: false, open: false, selectors: [], port: 47_800 },
          // What it cannot copy is the key itself.
          ...(invite.fingerprint === undefined ? {} : { fingerprint: invite.fingerprint }),
        },
      })
      const heard = await sam.hear(8_000, (line) =>
        (line as { found?: readonly FoundSessionView[] }).found?.find(
          ({ host: at }) => at === 'evil',
        ),
      )
      expect(heard.joined).toBe(true)
      server.kill()
      await sam.hear(5_000, (line) =>
        (line as { state?: string }).state === 'waiting' ? true : undefined,
      )
      await expect(
        sam.hear(6_000, (line) =>
          (line as { state?: string }).state === 'authenticating' ? true : undefined,
        ),
      ).rejects.toThrow('not heard')
    },
  )
})
