/** Guessing codes and passphrases of a real session: few tries, the host is told, and the right ones still work. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import { pairWithCode, pairWithPassphrase } from '../../pairing/pair.ts'
import { type RunningServer, startServer } from '../../server/start-server.ts'
import { type RawClient, rawClient, rawPerson } from '../raw-client.ts'
import { newHostKey } from '../served-session.ts'
import { comeIn } from '../stranger.ts'

const PASSPHRASE = 'what the host chose'
const { privateKey, fingerprint } = newHostKey()
const owner = rawPerson('Olga')

let folder: string
let server: RunningServer
let host: RawClient
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'landline-guesses-'))
  const started = await startServer(
    {
      ...{ dataDir: folder, host: '127.0.0.1', port: 0, sessionName: 'Ward', pairing: true },
      admission: { kind: 'secret', secret: 'the secret of the operator' },
      tls: { kind: 'host-key', privateKey },
      owner: {
        owner: {
          ...{ memberId: owner.member, deviceId: owner.device, name: owner.name },
          deviceKey: deviceKeyOf(owner.key).publicKey,
        },
      },
    },
    { info() {}, warn() {} },
  )
  if (started.kind === 'failed') throw new Error(started.message)
  server = started
  host = await rawClient(server.url, owner)
  await host.enter()
  host.tell({ type: 'admin-watch', ref: 1, active: true })
})
afterEach(async () => {
  host.webSocket.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The code that the host sees, once it is another than this one. */
async function code(than = ''): Promise<string> {
  const { code: shown } = await host.next('admin', (admin) => (admin.code?.code ?? than) !== than)
  return shown?.code ?? ''
}
const at = () => ({ host: '127.0.0.1', port: server.port })
/** The same selector and another password: the last letter is another one. */
const near = (right: string, letter: string) => `${right.slice(0, -1)}${letter}`

describe('a code', () => {
  it('[T9] ends with the fifth wrong guess: the host sees a new one, which works, and reads of it', async () => {
    const first = await code()
    const letters = [...'0123456789'].filter((letter) => !first.endsWith(letter)).slice(0, 5)
    for (const letter of letters) {
      const guess = await pairWithCode({ ...at(), code: near(first, letter) })
      expect(guess).toMatchObject({ kind: 'failed', why: 'wrong-code' })
    }
    const second = await code(first)
    const old = await pairWithCode({ ...at(), code: first })
    expect(old.kind).toBe('failed')

    const paired = await pairWithCode({ ...at(), code: second })
    if (paired.kind === 'failed') throw new Error(paired.why)
    expect(paired.invite).toMatchObject({ sessionId: server.session.id, fingerprint })
    const ada = await comeIn(server.url, rawPerson('Ada'), paired.invite.secret)
    expect(ada.answer).toEqual({ kind: 'welcome', role: 'member' })
    // What a pairing gives is good for one newcomer.
    const ben = await comeIn(server.url, rawPerson('Ben'), paired.invite.secret)
    expect(ben.answer).toMatchObject({ kind: 'rejected', code: 'invite-used-up' })

    host.tell({ type: 'audit', ref: 2, before: 1_000_000, limit: 50 })
    const { entries } = await host.next('audit-page')
    expect(entries.map(({ action }) => action)).toContain('guesses-stopped')
    ada.client.webSocket.close()
  })
})

describe('a passphrase', () => {
  it('[T9] lets in who knows it, and makes who does not wait after three', async () => {
    host.tell({ type: 'change-session', ref: 2, change: { passphrase: PASSPHRASE } })
    await host.next('carried-out', ({ ref }) => ref === 2)
    const paired = await pairWithPassphrase({ ...at(), passphrase: PASSPHRASE })
    if (paired.kind === 'failed') throw new Error(paired.why)
    const ada = await comeIn(server.url, rawPerson('Ada'), paired.invite.secret)
    expect(ada.answer).toEqual({ kind: 'welcome', role: 'member' })
    ada.client.webSocket.close()

    // At once, so that they do not wait by themselves on a slow machine.
    const guesses = await Promise.all(
      Array.from({ length: 4 }, (_, guess) =>
        pairWithPassphrase({ ...at(), passphrase: `${PASSPHRASE} ${guess}` }),
      ),
    )
    const whys = guesses.map((made) => (made.kind === 'failed' ? made.why : made.kind)).toSorted()
    expect(whys).toEqual(['too-many-tries', ...Array<string>(3).fill('wrong-passphrase')])
  })
})
