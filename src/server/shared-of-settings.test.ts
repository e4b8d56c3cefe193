import { expect, it } from 'vitest'
import { settingsSchema } from './ops/options/settings.ts'
import { connectionStrings, redisOptions, sharedOf } from './shared-of-settings.ts'

const files: Record<string, string> = {
  postgres: 'postgres://landline:secret@db/landline\n',
  redis: 'cache:6380,password=secret,ssl=true\n',
  empty: '\n',
}
const readFile = (file: string): string => {
  const content = files[file]
  if (content === undefined) throw new Error('no such file')
  return content
}
const settings = (given: object) => settingsSchema.parse(given)
const inFiles = {
  postgres: { connectionStringFile: 'postgres' },
  redis: { connectionStringFile: 'redis' },
}

it('connection strings come from files as well as from the options', () => {
  expect(connectionStrings(settings(inFiles), readFile)).toEqual({
    kind: 'strings',
    postgres: 'postgres://landline:secret@db/landline',
    redis: 'cache:6380,password=secret,ssl=true',
  })
})

it('what the options say of Redis reaches its adapter', () => {
  const redis = { connectTimeoutSeconds: 2, commandTimeoutSeconds: 7, database: 3, keyPrefix: 'x:' }
  expect(redisOptions(settings({ redis }), 'cache')).toEqual({
    ...{ connectionString: 'cache', keyPrefix: 'x:', database: 3 },
    ...{ connectTimeoutMs: 2_000, commandTimeoutMs: 7_000 },
  })
})

it('a session is in a file unless PostgreSQL is named; what is wrong is said without the password', async () => {
  expect(await sharedOf(settings({}), readFile)).toEqual({ kind: 'none' })
  expect(await sharedOf(settings(inFiles), readFile)).toMatchObject({ kind: 'shared' })
  for (const given of [
    { postgres: { connectionStringFile: 'none' } },
    { postgres: { connectionStringFile: 'empty' } },
    { postgres: { connectionString: 'mysql://landline:secret@db' } },
    { ...inFiles, redis: { connectionString: 'cache:secret' } },
    { ...inFiles, redis: { ...inFiles.redis, caFile: 'none' } },
    // Who names an authority believes to be encrypted.
    { ...inFiles, redis: { connectionString: 'cache,password=secret', caFile: 'redis' } },
  ]) {
    const answer = await sharedOf(settings(given), readFile)
    expect(answer.kind).toBe('fault')
    expect(JSON.stringify(answer)).not.toContain('landline:secret')
  }
})
