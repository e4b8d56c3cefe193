import { describe, expect, it } from 'vitest'
import { commandSchemas } from '../../ipc/contract.ts'
import type { Logger, LogFields } from '../logger.ts'
import { answerCommand, done, fail, isTrusted } from './command-gate.ts'
import type { CommandHandlers, GatePolicy, Sender } from './command-gate.ts'

const policy: GatePolicy = { isOwnWindow: (id) => id === 1, origins: ['landline-app://app'] }
const page: Sender = { windowId: 1, frameUrl: 'landline-app://app/index.html', isMainFrame: true }

function gate() {
  const calls: { name: string; args: unknown }[] = []
  const lines: { what: string; fields: LogFields | undefined }[] = []
  const note = (what: string, fields?: LogFields): void => void lines.push({ what, fields })
  const log: Logger = { info: note, warn: note, error: note }
  const handlers = Object.fromEntries(
    Object.keys(commandSchemas).map((name) => [
      name,
      (args: unknown) => {
        calls.push({ name, args })
        if (name === 'session.host') throw new TypeError('a bug with a secret')
        return name === 'session.leave' ? fail('no-such-session', 'Gone.') : done
      },
    ]),
  ) as unknown as CommandHandlers
  return {
    calls,
    lines,
    ask: (name: unknown, args: unknown, sender = page) =>
      answerCommand(policy, handlers, log, sender, name, args),
  }
}

describe('command gate', () => {
  it('hands checked arguments to the handler and its answer back', async () => {
    const { ask, calls } = gate()
    expect(await ask('app.set-theme', { theme: 'dark', more: 1 })).toEqual({
      ok: true,
      value: null,
    })
    expect(calls).toEqual([{ name: 'app.set-theme', args: { theme: 'dark' } }])
    const session = '0190a000-0000-7000-8000-000000000001'
    expect(await ask('session.leave', { session })).toEqual(fail('no-such-session', 'Gone.'))
  })

  it.each([
    ['another window', { ...page, windowId: 2 }],
    ['a frame inside the page', { ...page, isMainFrame: false }],
    ['a frame that is gone', { ...page, frameUrl: null }],
    ['a page from the web', { ...page, frameUrl: 'https://app/index.html' }],
    ['another host of the scheme', { ...page, frameUrl: 'landline-app://evil/index.html' }],
    ['a longer scheme', { ...page, frameUrl: 'landline-app2://app/index.html' }],
    ['a blank page', { ...page, frameUrl: 'about:blank' }],
    ['no address', { ...page, frameUrl: '' }],
  ])('refuses %s', async (_who, sender) => {
    const { ask, calls } = gate()
    expect(await ask('app.state', {}, sender)).toMatchObject({
      failure: { kind: 'forbidden-sender' },
    })
    expect(calls).toEqual([])
    expect(isTrusted(policy, page)).toBe(true)
  })

  it.each([['app.quit'], ['constructor'], ['__proto__'], [7], [null], [undefined]])(
    'refuses the unknown command %s',
    async (name) => {
      const { ask, calls } = gate()
      expect(await ask(name, {})).toMatchObject({ failure: { kind: 'invalid-arguments' } })
      expect(calls).toEqual([])
    },
  )

  it('names the argument that is wrong and keeps its value out of the log', async () => {
    const { ask, calls, lines } = gate()
    expect(await ask('app.set-theme', { theme: 'sepia' })).toMatchObject({
      failure: { kind: 'invalid-arguments', message: expect.stringContaining('theme') },
    })
    expect(await ask('app.set-theme', undefined)).toMatchObject({
      failure: { kind: 'invalid-arguments', message: expect.stringContaining('arguments') },
    })
    expect(calls).toEqual([])
    expect(JSON.stringify(lines)).not.toContain('sepia')
  })

  it('turns a bug into a failure and logs it', async () => {
    const { ask, lines } = gate()
    expect(await ask('session.host', { name: 'Field Station' })).toMatchObject({
      failure: { kind: 'internal' },
    })
    expect(lines.at(-1)).toMatchObject({ what: 'command failed', fields: { error: 'TypeError' } })
  })
})
