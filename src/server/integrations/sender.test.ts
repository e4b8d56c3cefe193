import { createServer } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPrivateAddress } from './private-addresses.ts'
import { createSender } from './sender.ts'

describe('where webhooks may lead', () => {
  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254'],
    ...['0.0.0.0', '100.64.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1%eth0'],
    ...[
      'fc00::1',
      'fd12::1',
      '::ffff:127.0.0.1',
      '::ffff:8.8.8.8',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
    ],
    ...['2001::1', '2001:db8::1', 'ff02::1', 'localhost', ''],
  ])('%s is private', (address) => expect(isPrivateAddress(address)).toBe(true))

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(isPrivateAddress(address)).toBe(false),
  )
})

describe('the sender', () => {
  let calls = 0
  const server = createServer((_, response) => {
    calls++
    response.end()
  })
  let port = 0
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => server.close())

  it('connects to the address it has checked, whatever the name means at another moment', async () => {
    let asked = 0
    const sender = createSender({
      allowPrivate: false,
      lookup(_, __, done) {
        asked++
        done(null, [{ address: '127.0.0.1', family: 4 }])
      },
    })
    const sent = await sender.send(new URL(`http://rebound.example:${port}/`), {}, '{}')
    expect(sent).toMatchObject({ kind: 'failed', why: /private network/ })
    expect({ asked, calls }).toEqual({ asked: 1, calls: 0 })
  })

  it('asks once, and goes where it is allowed to', async () => {
    let asked = 0
    const sender = createSender({
      allowPrivate: true,
      lookup(_, __, done) {
        asked++
        done(null, [{ address: '127.0.0.1', family: 4 }])
      },
    })
    expect(await sender.send(new URL(`http://name.example:${port}/`), {}, '{}')).toEqual({
      kind: 'taken',
    })
    expect({ asked, calls }).toEqual({ asked: 1, calls: 1 })
  })

  it('refuses literal addresses too, which are never looked up', async () => {
    const sender = createSender({ allowPrivate: false })
    for (const url of [`http://127.0.0.1:${port}`, `http://[::ffff:127.0.0.1]:${port}`]) {
      expect(await sender.send(new URL(url), {}, '{}')).toMatchObject({ kind: 'failed' })
    }
    expect(calls).toBe(1)
  })

  it('is not held up by an answer that wants another protocol', async () => {
    const odd = createTcpServer((socket) => {
      socket.on('error', () => {})
      const answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'
      socket.once('data', () => socket.write(answer))
    })
    odd.listen(0, '127.0.0.1')
    await once(odd, 'listening')
    const url = new URL(`http://127.0.0.1:${(odd.address() as AddressInfo).port}/`)
    const sender = createSender({ allowPrivate: true, timeoutMs: 500 })
    expect(await sender.send(url, {}, '{}')).toMatchObject({ kind: 'failed' })
    odd.close()
  })

  it('gives up what does not answer in time, and all of it when it is closed', async () => {
    const silent = createServer(() => {})
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const url = new URL(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`)
    const hasty = createSender({ allowPrivate: true, timeoutMs: 20 })
    expect(await hasty.send(url, {}, '{}')).toMatchObject({ kind: 'failed' })
    const patient = createSender({ allowPrivate: true })
    const sending = patient.send(url, {}, '{}')
    await once(silent, 'request')
    patient.close()
    expect(await sending).toMatchObject({ kind: 'failed' })
    silent.closeAllConnections()
    silent.close()
  })
})
