import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VerifyToken } from '../../auth/verify-token.ts'
import { type RunningServer, startServer } from '../../start-server.ts'

const GUESSES = 30

describe('tokens at the doors for foreign clients', () => {
  let folder: string
  let server: RunningServer
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'landline-tokens-'))))
  afterEach(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The status of each answer to requests that are all made at the same time. */
  async function atOnce(verifyToken: VerifyToken): Promise<number[]> {
    const started = await startServer(
      {
        ...{ dataDir: folder, host: '127.0.0.1', port: 0, verifyToken },
        admission: { kind: 'secret', secret: 'the secret of the operator' },
        doors: { signalr: true },
      },
      { info() {}, warn() {} },
    )
    if (started.kind === 'failed') throw new Error(started.message)
    server = started
    const url = `${server.httpUrl}/hubs/chat/negotiate?negotiateVersion=1`
    const asked = Array.from({ length: GUESSES }, async (_, n) => {
      const headers = { authorization: `Bearer token-${n}` }
      const response = await fetch(url, { method: 'POST', headers })
      await response.text()
      return response.status
    })
    return Promise.all(asked)
  }

  it('[I12] are looked at ten times while they are wrong, however many are shown at once', async () => {
    let looked = 0
    let tell = (): void => {}
    const allTen = new Promise<void>((resolve) => (tell = resolve))
    const statuses = await atOnce(async () => {
      if (++looked === 10) tell()
      // None is known to be wrong before ten are under way.
      await allTen
      return { kind: 'fault', code: 'wrong-signature', message: 'It is wrong.' }
    })
    expect(looked).toBe(10)
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(GUESSES - 10)
  })

  it('[I12] let a crowd with right ones come in from one address', async () => {
    const statuses = await atOnce((token) =>
      Promise.resolve({
        ...{ kind: 'claims', issuer: '', subject: token, name: token, roles: [] },
        ...{ tokenId: undefined, expiresAt: Date.now() + 60_000, all: {} },
      }),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
  })
})
