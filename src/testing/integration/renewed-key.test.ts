/** Codes at a server whose certificate comes from files that somebody else renews. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deviceKeyOf } from '../../client/session/device-key.ts'
import { pairWithCode } from '../../pairing/pair.ts'
import { NO_CHANNEL } from '../../protocol/device-proof.ts'
import { systemClock } from '../../server/ops/system-clock.ts'
import { startServer } from '../../server/start-server.ts'
import { readTlsFiles } from '../../server/tls/server-tls.ts'
import { companyCertificate } from '../certificates.ts'
import { rawPerson } from '../raw-client.ts'
import { knock } from '../stranger.ts'

const MINUTE = 60_000

describe('a server with an authority’s certificate', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-desk-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('[T7, T8] lets people in by code before and after a new key came with its certificate', async () => {
    const [keyFile, certificateFile] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
    const write = ({ key, cert }: ReturnType<typeof companyCertificate>): void => {
      writeFileSync(keyFile, key)
      writeFileSync(certificateFile, cert)
    }
    write(companyCertificate('chat.example.org'))
    const tls = readTlsFiles(keyFile, certificateFile)
    if (tls.kind === 'fault') throw new Error(tls.message)
    const clock = systemClock()
    const minutely = new Set<() => void>()
    let tellRenewed = (): void => {}
    const renewed = new Promise<void>((resolve) => (tellRenewed = resolve))
    const owner = rawPerson('Olga')
    const server = await startServer(
      {
        ...{ dataDir: folder, host: '127.0.0.1', port: 0, tls, pairing: true },
        admission: { kind: 'secret', secret: 'the secret of the operator' },
        owner: {
          owner: {
            ...{ memberId: owner.member, deviceId: owner.device, name: owner.name },
            deviceKey: deviceKeyOf(owner.key).publicKey,
          },
        },
        clock: {
          ...clock,
          // Minutes pass when the test says so.
          after(ms, run) {
            if (ms !== MINUTE) return clock.after(ms, run)
            minutely.add(run)
            return () => minutely.delete(run)
          },
        },
      },
      { info: (_, words) => void (/new certificate/.test(words) && tellRenewed()), warn() {} },
    )
    if (server.kind === 'failed') throw new Error(server.message)
    const { port } = server
    // An authority vouches for the key, so the proof names none.
    const { client: host, proof, answer } = await knock(server.url, owner)
    expect(await answer(proof({ channel: NO_CHANNEL }))).toEqual({ kind: 'welcome', role: 'host' })
    host.tell({ type: 'sync', cursors: [] })
    await host.next('synced')
    host.tell({ type: 'admin-watch', ref: 1, active: true })
    const { code } = await host.next('admin', (admin) => admin.code !== null)
    const pair = () => pairWithCode({ host: '127.0.0.1', port, code: code?.code ?? '' })
    const invited = (name: string) => ({
      kind: 'paired',
      invite: { tls: true, addresses: [`127.0.0.1:${port}`, `${name}:${port}`] },
    })

    expect(await pair()).toMatchObject(invited('chat.example.org'))
    write(companyCertificate('talk.example.org'))
    for (const pass of [...minutely]) {
      minutely.delete(pass)
      pass()
    }
    await renewed
    expect(await pair()).toMatchObject(invited('talk.example.org'))
    host.webSocket.close()
    await server.stop()
  })
})
