import { expect, it } from 'vitest'
import { bearerOf, redactUrl } from './bearer.ts'

it('a token is taken from the header, else from the query, else from nowhere', () => {
  const request = (url: string, authorization?: string) => ({
    url,
    headers: authorization === undefined ? {} : { authorization },
  })
  expect(bearerOf(request('/ws?access_token=q', 'Bearer h.e.r'))).toBe('h.e.r')
  expect(bearerOf(request('/ws?id=1&access_token=a%2Eb'))).toBe('a.b')
  expect(bearerOf(request('/ws', 'bearer t'))).toBe('t')
  expect(bearerOf(request('/ws?access_token=', 'Basic dTpw'))).toBeUndefined()
  expect(bearerOf(request(`/ws?access_token=${'x'.repeat(17_000)}`))).toBeUndefined()
  expect(bearerOf(request('/ws'))).toBeUndefined()
  // Written so, it would not be found in a log.
  for (const name of ['access%5Ftoken', '%61ccess_token', 'ACCESS_TOKEN', 'x_access_token']) {
    expect(bearerOf(request(`/ws?${name}=q`))).toBeUndefined()
  }
})

it('what is secret in an address is not written anywhere', () => {
  expect(redactUrl('/ws?id=1&access_token=a.b.c&x=2')).toBe('/ws?id=1&access_token=[redacted]&x=2')
  expect(redactUrl('landline://join?v=1&k=secret')).toBe('landline://join?v=1&k=[redacted]')
  expect(redactUrl('/ws?ACCESS_TOKEN=a#b')).toBe('/ws?ACCESS_TOKEN=[redacted]#b')
  expect(redactUrl('/hubs/chat?invite=s3cr3t')).toBe('/hubs/chat?invite=[redacted]')
  expect(redactUrl('/health')).toBe('/health')
  expect(redactUrl('/hooks/0192d3a4-0000-7000-8000-000000000401/s3cr3t_-x?x')).toBe(
    '/hooks/0192d3a4-0000-7000-8000-000000000401/[redacted]?x',
  )
  expect(redactUrl('Bearer llb_AbC-_9"')).toBe('Bearer llb_[redacted]"')
  const line = '{"url":"/ws?access_token=a.b","ms":1}'
  expect(redactUrl(line)).toBe('{"url":"/ws?access_token=[redacted]","ms":1}')
})
