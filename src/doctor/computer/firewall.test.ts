import { describe, expect, it } from 'vitest'
import type { CommandOutcome } from '../edges/run-command.ts'
import { checkFirewall, judgeRules } from './firewall.ts'

const never = new AbortController().signal
const chain = (hook: string, policy = 'accept') => ({
  chain: { family: 'inet', table: 't', name: hook, hook, type: 'filter', prio: 0, policy },
})
const rule = (where: string, ...expr: object[]) => ({
  rule: { family: 'inet', table: 't', chain: where, expr },
})
const port = (protocol: string, right: unknown) => ({
  match: { op: '==', left: { payload: { protocol, field: 'dport' } }, right },
})
const established = {
  match: { op: 'in', left: { ct: { key: 'state' } }, right: ['established', 'related'] },
}
const fromLo = { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'lo' } }
const fromEth = { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'eth0' } }
const accept = { accept: null }
const drop = { drop: null }
const judge = (...items: object[]) => judgeRules(JSON.stringify({ nftables: items }), [47_800])

describe('rules of nftables', () => {
  it('none, and ones about something else, stand in nobody’s way', () => {
    expect(judge().state).toBe('ok')
    expect(judge(chain('input'), rule('input', port('tcp', 22), drop)).state).toBe('ok')
    expect(judge(chain('input'), rule('input', port('udp', 47_800), drop)).state).toBe('ok')
  })
  it('one that drops a port of ours is named with its direction', () => {
    expect(judge(chain('output'), rule('output', port('udp', 5353), drop))).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('UDP 5353 out'),
    })
    const range = { range: [47_000, 48_000] }
    expect(
      judge(chain('input'), rule('input', port('tcp', { set: [22, range] }), drop)).detail,
    ).toBe('The firewall (nftables) drops TCP 47800 in.')
  })
  it('a policy that drops is a fault unless our ports are let in before', () => {
    const usual = [rule('input', fromLo, accept), rule('input', established, accept)]
    expect(judge(chain('input', 'drop'), ...usual).detail).toContain('TCP 47800 in, UDP 5353 in')
    expect(
      judge(
        chain('input', 'drop'),
        ...usual,
        rule('input', port('tcp', 47_800), accept),
        rule('input', port('udp', { set: [5353, 67] }), accept),
      ).state,
    ).toBe('ok')
  })
  it('what depends on more than is known is a warning', () => {
    expect(judge(chain('input'), rule('input', fromEth, drop)).state).toBe('warning')
    expect(judge(chain('input'), rule('input', { jump: { target: 'x' } })).state).toBe('warning')
  })
})

type Answers = Readonly<Record<string, CommandOutcome | string>>
async function examine(
  platform: NodeJS.Platform,
  answers: Answers,
  files: Readonly<Record<string, string>> = {},
) {
  return checkFirewall(
    {
      platform,
      ports: [47_800],
      readText: (path) => Promise.resolve(files[path] ?? null),
      run(program, args) {
        const key = Object.keys(answers).find((one) => `${program} ${args.join(' ')}`.includes(one))
        const answer = key === undefined ? undefined : answers[key]
        if (answer === undefined) return Promise.resolve({ kind: 'missing' })
        if (typeof answer !== 'string') return Promise.resolve(answer)
        return Promise.resolve({ kind: 'ended', code: 0, output: answer })
      },
    },
    never,
  )
}
const no: CommandOutcome = { kind: 'ended', code: 1, output: 'no' }

describe('the firewall of the system', () => {
  it('ufw: told from what everybody may read, with the command that opens the ports', async () => {
    const on = { '/etc/ufw/ufw.conf': 'ENABLED=yes\n' }
    const hidden = await examine('linux', {}, on)
    expect(hidden).toMatchObject({
      state: 'warning',
      fix: expect.stringContaining('ufw allow 47800/tcp'),
    })
    const rules = '-A ufw-user-input -p tcp --dport 47800 -j ACCEPT\n'
    expect((await examine('linux', {}, { ...on, '/etc/ufw/user.rules': rules })).state).toBe('ok')
    expect((await examine('linux', {}, { '/etc/ufw/ufw.conf': 'ENABLED=no' })).state).toBe(
      'skipped',
    )
  })
  it('firewalld: asked for each port', async () => {
    const some = await examine('linux', {
      '--state': 'running',
      '--query-port=47800': no,
      '--query-port=5353': 'yes',
    })
    expect(some).toMatchObject({ state: 'warning', detail: expect.stringContaining('47800/tcp') })
    expect((await examine('linux', { '--state': 'running', '--query-port': 'yes' })).state).toBe(
      'ok',
    )
  })
  it('Linux without rights: says what to look at', async () => {
    const finding = await examine('linux', { nft: no })
    expect(finding).toMatchObject({ state: 'skipped', detail: expect.stringContaining('nft list') })
  })
  it('macOS', async () => {
    const is = async (state: string, all = 'Firewall has block all state set to disabled.') =>
      (await examine('darwin', { getglobalstate: state, getblockall: all })).state
    expect(await is('Firewall is disabled. (State = 0)')).toBe('ok')
    expect(await is('Firewall is enabled. (State = 1)')).toBe('warning')
    expect(
      await is('Firewall is enabled. (State = 1)', 'Firewall has block all state set to enabled.'),
    ).toBe('failed')
    expect(await is('Firewall is blocking all. (State = 2)')).toBe('failed')
    expect((await examine('darwin', {})).state).toBe('skipped')
  })
  it('Windows', async () => {
    const is = async (state: string, rules: CommandOutcome | string) =>
      (await examine('win32', { currentprofile: state, 'name=Landline': rules })).state
    const on = 'Public Profile Settings:\r\n----\r\nState                 ON\r\nOk.\r\n'
    expect(await is(on, no)).toBe('warning')
    expect(await is(on, 'Rule Name: Landline\r\nAction: Allow')).toBe('ok')
    expect(await is(on, 'Rule Name: Landline\r\nAction: Block')).toBe('failed')
    expect(await is(on.replace('ON', 'OFF'), no)).toBe('ok')
    expect((await examine('win32', {})).state).toBe('skipped')
  })
})
