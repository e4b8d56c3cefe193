import { describe, expect, it } from 'vitest'
import { parseRedisAddress } from './connection-string.ts'

const plain = { tls: false, database: 0, connectTimeoutMs: 5_000, isCluster: false }

describe('where Redis is', () => {
  it.each([
    ['redis://cache', { ...plain, nodes: [{ host: 'cache', port: 6_379 }] }],
    ['localhost', { ...plain, nodes: [{ host: 'localhost', port: 6_379 }] }],
    [
      'rediss://ada:p%40ss@[::1]:7000/3',
      {
        ...plain,
        nodes: [{ host: '::1', port: 7_000 }],
        ...{ username: 'ada', password: 'p@ss', tls: true, database: 3 },
      },
    ],
    [
      'cache:6380,password=a=b,ssl=True,sslHost=cache.example,defaultDatabase=2,connectTimeout=900,abortConnect=false',
      {
        ...{ nodes: [{ host: 'cache', port: 6_380 }], password: 'a=b', tls: true },
        ...{ tlsName: 'cache.example', database: 2, connectTimeoutMs: 900, isCluster: false },
      },
    ],
    [
      'a:1,b:2',
      {
        ...{ ...plain, isCluster: true },
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      },
    ],
    ['redis://a?cluster=true', { ...plain, isCluster: true, nodes: [{ host: 'a', port: 6_379 }] }],
  ])('%s', (text, address) => {
    expect(parseRedisAddress(text)).toEqual({ kind: 'address', address })
  })

  it('goes by the options where the text does not say', () => {
    const standard = { database: 4, connectTimeoutMs: 700 }
    for (const text of ['a', 'redis://a']) {
      const { address } = parseRedisAddress(text, standard) as { address?: object }
      expect(address).toMatchObject(standard)
    }
    for (const text of [
      'a,connectTimeout=900,defaultDatabase=0',
      'redis://a/0?connectTimeout=900',
    ]) {
      const { address } = parseRedisAddress(text, standard) as { address?: object }
      expect(address).toMatchObject({ database: 0, connectTimeoutMs: 900 })
    }
  })

  it.each([
    ['redis://u:s3cret@pwTAIL@cache', '%40'],
    ['redis://:s3cret@pwTAIL@a:1,b:2/0?cluster=true', '%40'],
    ['u:s3cret@cache,ssl=true', 'password=…'],
    ['cache,s3cret@pwTAIL', 'password=…'],
  ])('takes no part of a password for a host: %s', (text, words) => {
    const parsed = parseRedisAddress(text)
    expect(parsed.kind).toBe('faults')
    expect(JSON.stringify(parsed)).toContain(words)
    expect(JSON.stringify(parsed)).not.toMatch(/s3cret|pwTAIL/)
  })

  it('says everything that is wrong, and never the password', () => {
    const parsed = parseRedisAddress('a:99999,ssl=yes,defaultDatabase=x,colour=red,password=hush')
    expect(parsed).toEqual({
      kind: 'faults',
      faults: [
        '"a:99999" is not a host with a port from 1 to 65535.',
        'colour is not a setting of a connection to Redis.',
        'defaultDatabase must be a whole number from 0 to 1000000.',
        'ssl must be true or false.',
      ],
    })
    for (const text of ['redis://', 'redis://:hush%zz@a', '', 'a,b,cluster=false']) {
      expect(parseRedisAddress(text).kind).toBe('faults')
    }
  })
})
