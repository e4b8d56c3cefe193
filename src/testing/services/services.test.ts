import { describe, expect, it } from 'vitest'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { programSupport } from './service-process.ts'

const support = programSupport('redis-server', 'initdb', 'postgres', 'psql')

describe.skipIf(support.kind === 'no')('the servers of tests', () => {
  it('start, come back after a crash with what was kept, and leave nothing', async () => {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
    postgres.sql('CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)')
    redis.ask('SET', 'a', '1')
    await Promise.all([postgres.kill(), redis.kill()])
    expect(() => postgres.sql('SELECT 1')).toThrow()
    await Promise.all([postgres.start(), redis.start()])
    postgres.sql('INSERT INTO kept SELECT n + 1 FROM kept')
    expect(redis.ask('EXISTS', 'a')).toBe('0')
    await Promise.all([postgres.dispose(), redis.dispose()])
    expect(() => redis.ask('PING')).toThrow()
  })
})
