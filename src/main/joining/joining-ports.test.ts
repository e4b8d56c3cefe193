import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { companyCertificate } from '../../testing/certificates.ts'
import { realNetwork } from './joining-ports.ts'

const { authority, ...certificate } = companyCertificate('localhost')
const answer = {
  ...{ landline: 1, session: '0190a000-0000-7000-8000-000000000001', name: 'Ward 3' },
  ...{ selector: '', people: 3, passphrase: false, approval: false, open: false, protocol: [3] },
}
const { signal } = new AbortController()

let server: Server
let asked: number
beforeEach(async () => {
  asked = 0
  server = createServer(certificate, (_request, response) => response.end(JSON.stringify(answer)))
  server.on('secureConnection', () => asked++)
  server.listen(0, 'localhost')
  await once(server, 'listening')
})
afterEach(() => server.close())

function ask(host: string, authorities: readonly string[], mayBeVouchedFor = true) {
  const { port } = server.address() as AddressInfo
  return realNetwork(() => authorities).ask({ host, port }, signal, mayBeVouchedFor)
}

it('[T7] the authority vouches for the very connection on which the session is named', async () => {
  expect(await ask('localhost', [authority])).toMatchObject({ kind: 'host', vouched: true, answer })
  expect(asked).toBe(1)
})

it('[T7] nobody vouches for another name, by another authority, or where nobody may', async () => {
  const { address } = server.address() as AddressInfo
  const others = [
    await ask(address, [authority]),
    await ask('localhost', [companyCertificate('localhost').authority]),
    await ask('localhost', []),
    await ask('localhost', [authority], false),
  ]
  for (const other of others) {
    expect(other).toMatchObject({ kind: 'host', vouched: false, answer })
  }
})
