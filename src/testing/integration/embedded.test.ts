/** The server as the app starts it, a process of its own: whose session it is, and how one comes in. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import { pairWithCode, pairWithPassphrase } from '../../pairing/pair.ts'
import { makeHostKey } from '../../server/tls/host-key.ts'
import {
  type EmbeddedStart,
  type FromEmbedded,
  fromEmbeddedSchema,
  type ToEmbedded,
} from '../../server/embedded-messages.ts'
import { rawClient, rawPerson } from '../raw-client.ts'

const EMBEDDED = fileURLToPath(new URL('../../server/embedded.ts', import.meta.url))
type Said<Kind extends FromEmbedded['kind']> = Extract<FromEmbedded, { kind: Kind }>

interface Embedded {
  readonly ready: Said<'ready'>
  next<Kind extends FromEmbedded['kind']>(
    kind: Kind,
    matches?: (said: Said<Kind>) => boolean,
  ): Promise<Said<Kind>>
  stop(reason?: 'restart' | 'stopped'): Promise<number>
}

let folder: string
let running: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-embedded-'))
  running = []
})
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function serve(start: EmbeddedStart): Promise<Embedded> {
  const child = fork(EMBEDDED, { stdio: 'ignore' })
  running.push(child)
  const said: FromEmbedded[] = []
  const looks = new Set<() => void>()
  child.on('message', (message) => {
    said.push(fromEmbeddedSchema.parse(message))
    for (const look of looks) look()
  })
  const next: Embedded['next'] = (kind, matches = () => true) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const index = said.findIndex((one) => one.kind === kind && matches(one as never))
        const found = said[index]
        const failed = said.find((one) => one.kind === 'failed')
        if (found === undefined && failed === undefined) return
        looks.delete(look)
        if (found === undefined) return reject(new Error(JSON.stringify(failed)))
        said.splice(index, 1)
        resolve(found as never)
      }
      looks.add(look)
      look()
    })
  const tell = (message: ToEmbedded): void => void child.send(message)
  tell(start)
  return {
    ready: await next('ready'),
    next,
    async stop(reason) {
      const exit = once(child, 'exit')
      tell({ kind: 'stop', ...(reason === undefined ? {} : { reason }) })
      const [code] = (await exit) as [number]
      return code
    },
  }
}

describe('the server in the app', () => {
  it('[I4] [I9] lets its owner in as host, and others by the link until it is taken back', async () => {
    const owner = rawPerson('Mara')
    const firstInvite = 'the token of the session’s own link'
    const start: EmbeddedStart = {
      ...{ kind: 'start', dataDir: folder, host: '127.0.0.1', port: 0, name: 'Field Station' },
      owner: {
        ...{ memberId: owner.member, deviceId: owner.device, name: owner.name },
        deviceKey: deviceKeyOf(owner.key).publicKey,
      },
      firstInvite,
      privateKey: makeHostKey(),
    }
    const first = await serve(start)
    expect(first.ready.notice).toMatchObject({ passphrase: false, open: false })
    const mara = await rawClient(first.ready.url, owner)
    await mara.enter()
    const { self } = mara.received.find((message) => message.type === 'welcome') ?? {}
    expect(self).toEqual({ role: 'host' })
    const samPerson = rawPerson('Sam')
    const sam = await rawClient(first.ready.url, samPerson)
    await sam.enter(firstInvite)
    expect(sam.general()).toBe(mara.general())

    // By the code on the host's screen, and by the passphrase once there is one.
    mara.tell({ type: 'admin-watch', ref: 1, active: true })
    const { code, invites, storageBytes } = await mara.next('admin')
    expect(storageBytes).toBeGreaterThan(0)
    expect(first.ready.notice.selectors).toEqual([code?.code.slice(0, 2)])
    const target = { host: '127.0.0.1', port: first.ready.port }
    const byCode = await pairWithCode({ ...target, code: code?.code ?? '' })
    if (byCode.kind === 'failed') throw new Error(byCode.why)
    const nia = await rawClient(first.ready.url, rawPerson('Nia'))
    await nia.enter(byCode.invite.secret)
    const passphrase = 'nine lamps by the river'
    mara.tell({ type: 'change-session', ref: 2, change: { passphrase } })
    const { notice, storageBytes: bytes } = await first.next('sample', (sample) => {
      return sample.notice.passphrase && sample.storageBytes > 0
    })
    expect([notice.open, bytes > 0]).toEqual([false, true])
    const wrong = await pairWithPassphrase({ ...target, passphrase: 'nine lamps by the lake' })
    expect(wrong).toMatchObject({ kind: 'failed', why: 'wrong-passphrase' })
    const byPassphrase = await pairWithPassphrase({ ...target, passphrase })
    if (byPassphrase.kind === 'failed') throw new Error(byPassphrase.why)
    expect(byPassphrase.invite).toMatchObject({ name: 'Field Station' })
    const tom = await rawClient(first.ready.url, rawPerson('Tom'))
    await tom.enter(byPassphrase.invite.secret)

    const invite = invites[0]?.id
    if (invite === undefined) throw new Error('the link is an invite')
    mara.tell({ type: 'revoke-invite', ref: 3, invite })
    await mara.next('carried-out', ({ ref }) => ref === 3)
    const ended = first.stop('stopped')
    expect(await sam.next('bye')).toMatchObject({ reason: 'stopped' })
    expect(await ended).toBe(0)

    // Revoked is revoked, though the app starts with the same token.
    const again = await serve({ ...start, sessionId: first.ready.sessionId })
    const late = await rawClient(again.ready.url, rawPerson('Late'))
    await expect(late.enter(firstInvite)).rejects.toThrow('closed')
    const rejected = late.received.find((message) => message.type === 'rejected')
    expect(rejected?.code).toBe('invite-revoked')
    const samAgain = await rawClient(again.ready.url, samPerson)
    await samAgain.enter()
    expect(samAgain.general()).toBe(sam.general())
    expect(await again.stop()).toBe(0)
  })
})
