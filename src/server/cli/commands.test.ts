import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseInvite } from '../../protocol/invite.ts'
import { companyCertificate } from '../../testing/certificates.ts'
import { rawClient, rawPerson } from '../../testing/raw-client.ts'
import { subjectOf } from '../auth/vouching-of-tokens.ts'
import type { Vouching } from '../hub/vouching.ts'
import { startServer } from '../start-server.ts'
import { commandFlags } from './command-flags.ts'
import { manageInvites } from './manage-invites.ts'
import { managePeople } from './manage-people.ts'
import { runExport, runImport, runPromote } from './move-session.ts'

let folder: string
let said: string[]
let printed: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-cli-'))
  said = []
  printed = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const output = {
  out: (line: string) => void printed.push(line),
  say: (line: string) => void said.push(line),
}
const data = (): string => join(folder, 'data')

async function serve(vouching?: Vouching) {
  const server = await startServer(
    {
      ...{ dataDir: data(), host: '127.0.0.1', port: 0 },
      admission: { kind: 'secret', secret: 'the secret of the operator' },
      ...(vouching === undefined ? {} : { vouching }),
    },
    { info() {}, warn() {} },
  )
  if (server.kind === 'failed') throw new Error(server.message)
  return server
}

describe('the command line', () => {
  it('[I4] makes an invite that admits as often as it says, and revokes it', async () => {
    const first = await serve()
    await first.stop()
    const flags = ['--uses', '1', '--label', 'Night shift', '--data', data()]
    expect(await manageInvites(['create', ...flags], {}, output)).toBe(0)
    const parsed = parseInvite(printed[0] ?? '')
    if (parsed.kind === 'fault') throw new Error(parsed.message)
    expect(parsed.invite).toMatchObject({ sessionId: first.session.id })

    const second = await serve()
    const mara = await rawClient(second.url, rawPerson('Mara'))
    await mara.enter(parsed.invite.secret)
    const sam = await rawClient(second.url, rawPerson('Sam'))
    await expect(sam.enter(parsed.invite.secret)).rejects.toThrow()
    expect(sam.received.at(-1)).toMatchObject({ type: 'rejected', code: 'invite-used-up' })
    await second.stop()

    printed = []
    await manageInvites(['list', '--data', data()], {}, output)
    expect(printed[0]).toMatch(/\topen\tmember\t1\/1\tNight shift$/)
    const [id = ''] = printed[0]?.split('\t') ?? []
    expect(await manageInvites(['revoke', id, '--data', data()], {}, output)).toBe(0)
    printed = []
    await manageInvites(['list', '--data', data()], {}, output)
    expect(printed[0]).toContain('\trevoked\t')
  })

  it('[T7] names in an invite what an authority’s certificate is for, since no address would be believed', async () => {
    await (await serve()).stop()
    const { key, cert } = companyCertificate('chat.example.org')
    const files = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as const
    writeFileSync(files[0], key)
    writeFileSync(files[1], cert)
    const tls = ['--tls-key', files[0], '--tls-cert', files[1], '--host', '0.0.0.0']
    expect(await manageInvites(['create', '--data', data(), ...tls], {}, output)).toBe(0)
    expect(parseInvite(printed[0] ?? '')).toMatchObject({
      invite: { tls: true, addresses: ['chat.example.org:47800'] },
    })
    writeFileSync(files[1], 'no certificate')
    await expect(manageInvites(['create', '--data', data(), ...tls], {}, output)).rejects.toThrow(
      'cert.pem is no certificate',
    )
    printed = []
    await manageInvites(['list', '--data', data()], {}, output)
    expect(printed).toHaveLength(1)
  })

  it('makes no key where no session is', async () => {
    const nowhere = join(folder, 'mistyped')
    const create = ['create', '--data', nowhere, '--host', '0.0.0.0']
    await expect(manageInvites(create, {}, output)).rejects.toThrow('no session')
    expect(existsSync(nowhere)).toBe(false)
  })

  it('[I9] lists people and changes what they may do, as the audit log will tell', async () => {
    const server = await serve()
    const person = rawPerson('Mara')
    const client = await rawClient(server.url, person)
    await client.enter('the secret of the operator')
    await server.stop()
    const people = async (...args: string[]): Promise<number> =>
      await managePeople([...args, '--data', data()], {}, output)
    expect(await people('role', person.member, 'host')).toBe(0)
    await people('list')
    expect(printed).toEqual([`${person.member}\thost\tactive\tMara`])
    await expect(people('role', person.member, 'emperor')).rejects.toThrow('Write:')
    await expect(people('remove', 'nobody')).rejects.toThrow('Write:')
    expect(await people('unbind', person.member)).toBe(0)
    expect(said.at(-1)).toContain('No bearer token is bound')
    await expect(people('list', '--forget-devices')).rejects.toThrow('Write:')
  })

  it('[I13] says so when a member is left without any device', async () => {
    const subject = subjectOf('the tests', 'eve')
    const vouched = { kind: 'vouched', role: 'member', by: 'the tests', subject } as const
    const server = await serve({ of: async () => ({ ...vouched, endsAt: 4_000_000_000_000 }) })
    const eve = await rawClient(server.url, rawPerson('Eve'))
    await eve.enter({ kind: 'token', token: 'of Eve' })
    const sam = await rawClient(server.url, rawPerson('Sam'))
    await sam.enter('the secret of the operator')
    await server.stop()
    const unbind = async (member: string): Promise<void> => {
      const args = ['unbind', member, '--forget-devices', '--data', data()]
      expect(await managePeople(args, {}, output)).toBe(0)
    }
    await unbind(eve.person.member)
    expect(said).toEqual([
      expect.stringContaining('devices forgotten: 1'),
      expect.stringContaining('only as somebody new'),
    ])
    await unbind(sam.person.member)
    expect(said).toHaveLength(3)
  })

  it('moves a session out and in, and says what is missing', async () => {
    const server = await serve()
    await server.stop()
    const file = join(folder, 'out.ndjson')
    const copy = join(folder, 'copy')
    expect(await runExport([file, '--data', data()], {}, output)).toBe(0)
    expect(await runImport([file, '--data', copy], {}, output)).toBe(0)
    expect(said.join(' ')).toContain('keep it safe')
    await expect(runExport(['--data', data()], {}, output)).rejects.toThrow('landline export FILE')
    await expect(runExport([file, '--data', join(folder, 'no')], {}, output)).rejects.toThrow(
      'no session',
    )
    await expect(runPromote(['--data', data()], {}, output)).rejects.toThrow('LANDLINE_POSTGRES')
    await expect(runImport([file, '--dat', copy], {}, output)).rejects.toThrow(
      'Did you mean --data',
    )
  })

  it('takes its own flags out, and leaves the rest to the server’s options', () => {
    const args = ['create', 'x', '--role=guest', '--data', 'd', '--uses', '3', '--label']
    expect(commandFlags(args, ['role', 'uses', 'label'])).toEqual({
      values: { role: 'guest', uses: '3' },
      words: ['create', 'x'],
      rest: ['--data', 'd'],
      faults: ['--label needs a value.'],
    })
  })
})
