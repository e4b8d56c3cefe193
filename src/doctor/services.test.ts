import { describe, expect, it } from 'vitest'
import { companyCertificate } from '../testing/certificates.ts'
import { startPostgres } from '../testing/services/postgres.ts'
import { startRedis } from '../testing/services/redis.ts'
import { freePort, programSupport } from '../testing/services/service-process.ts'
import { postgresProbe, redisProbe } from './edges/backends.ts'
import { serviceCheck } from './services.ts'
import type { ServiceProbe } from './services.ts'

const support = programSupport('redis-server', 'initdb', 'postgres', 'psql')
const check = async (probe: ServiceProbe) => serviceCheck(probe).run(new AbortController().signal)
const redis = (text: string) => check(redisProbe(text, 'the setting'))
const postgres = (text: string) => check(postgresProbe(text, 'the setting'))

describe.skipIf(support.kind === 'no')('what a cluster leans on', () => {
  it('is reached, refuses the password, or is not there', async () => {
    const [server, database] = await Promise.all([
      startRedis(['--requirepass', 'planted']),
      startPostgres(),
    ])
    const at = `127.0.0.1:${server.port}`
    expect(await redis(`redis://:planted@${at}`)).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^Redis \d+\.\S+ answers at 127/) as unknown,
    })
    expect((await redis(`${at},password=planted,abortConnect=false`)).state).toBe('ok')
    for (const wrong of [at, `redis://:other@${at}`]) {
      expect(await redis(wrong)).toMatchObject({
        state: 'failed',
        fix: 'Correct user and password in the setting.',
      })
    }
    expect(await postgres(database.url('doctor'))).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^PostgreSQL \d+\.\S+ answers at 127/) as unknown,
    })
    await Promise.all([server.dispose(), database.dispose()])
    for (const gone of [await redis(at), await postgres(database.url('doctor'))]) {
      expect(gone).toMatchObject({
        state: 'failed',
        detail: expect.stringContaining('ECONNREFUSED') as unknown,
      })
    }
  })

  it('are reached over TLS under an authority of one’s own, and not under another', async () => {
    const { key, cert, authority } = companyCertificate('localhost')
    const server = await startRedis([], { tls: { name: 'localhost', key, cert } })
    const over = (ca: string) => check(redisProbe(server.url, 'the setting', ca))
    expect((await over(authority)).state).toBe('ok')
    expect(await over(companyCertificate('localhost').authority)).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('SELF_SIGNED') as unknown,
    })
    await server.dispose()
  })

  it('never shows user or password, even of what cannot be read', async () => {
    const nobody = await freePort()
    const findings = [
      await redis(`redis://planted:planted@127.0.0.1:${nobody}`),
      await redis('http://planted:planted@/'),
      await postgres(`postgres://planted:planted@127.0.0.1:${nobody}/planted`),
    ]
    expect(findings.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed'])
    expect(JSON.stringify(findings)).not.toContain('planted')
  })
})
