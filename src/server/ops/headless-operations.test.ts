import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseInvite } from '../../protocol/invite.ts'
import { rawClient } from '../../testing/raw-client.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'

const HEADLESS = fileURLToPath(new URL('../headless.ts', import.meta.url))

let folder: string
let child: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landline-options-'))
})
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Everything on stderr, and a way to wait for a line. */
function heard(process: ChildProcess) {
  let said = ''
  const waiting = new Set<() => void>()
  process.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    for (const look of waiting) look()
  })
  return {
    said: () => said,
    line: (words: RegExp) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!words.test(said)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

it('reads its file again on SIGHUP, keeps what it had when the file is wrong, and writes no token down', async () => {
  const config = join(folder, 'landline.yaml')
  const write = (level: string): void =>
    writeFileSync(config, `port: 0\ndataDir: ${join(folder, 'data')}\nlog:\n  level: ${level}\n`)
  write('info')
  child = spawn(
    process.execPath,
    [HEADLESS, '--config', config, '--admin-port', '0', '--owner-invite'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LANDLINE_JWT_SECRET: 'thirty-two characters, or some more of them' },
    },
  )
  const { said, line } = heard(child)
  if (child.stdout === null) throw new Error('no pipe')
  const [first] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { event, http, url, admin } = JSON.parse(first) as Record<string, string>
  expect(event).toBe('listening')
  expect((await fetch(`${admin}/health/ready`)).status).toBe(200)

  await line(/Owner invite: \S+\n/)
  const owner = parseInvite(/Owner invite: (\S+)/.exec(said())?.[1] ?? '')
  if (owner.kind === 'fault') throw new Error(owner.message)
  const [host, guest] = [await rawClient(url ?? ''), await rawClient(url ?? '')]
  await host.enter(owner.invite.secret)
  expect(host.received.find((one) => one.type === 'welcome')).toMatchObject({
    self: { role: 'host' },
  })
  await expect(guest.enter(owner.invite.secret)).rejects.toThrow()
  expect(guest.received.at(-1)).toMatchObject({ code: 'invite-used-up' })

  write('debug')
  child.kill('SIGHUP')
  await line(/limits and log level were reloaded/)
  await fetch(`${http}/nothing?access_token=very.secret.token`)
  await line(/"a request"/)
  expect(said()).toContain('access_token=[redacted]')

  write('deafening')
  child.kill('SIGHUP')
  await line(/not reloaded/)
  expect(said()).toContain('log.level')

  child.kill('SIGTERM')
  expect((await once(child, 'exit'))[0]).toBe(0)
  expect(said()).not.toContain('very.secret.token')
  expect(said()).not.toContain('thirty-two characters')
}, 60_000)
