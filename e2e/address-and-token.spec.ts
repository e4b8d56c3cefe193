import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { SignJWT } from 'jose'
import { textsOf } from './fixtures/bridge.ts'
import { expectAccessible } from './fixtures/accessible.ts'
import { killTree } from './fixtures/processes.ts'
import { isOnline, returns } from './fixtures/stories.ts'
import { expect, test as base } from './fixtures/test.ts'
import { firstRun } from './screens/first-run.ts'
import { signIn } from './screens/sign-in.ts'

const SECRET = 'the secret of an organisation, kept by its operators'
const root = resolve(import.meta.dirname, '..')

/** A server with a key of its own that lets in by invite or by token. */
const test = base.extend<{ readonly address: string }>({
  address: async ({ folder }, provide) => {
    const server = spawn(
      process.execPath,
      [
        ...[join(root, 'scripts', 'run-ts.mjs'), 'src/server/headless.ts', '--tls'],
        ...['--port', '0', '--data', join(folder, 'server'), '--name', 'Night Server'],
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, LANDLINE_JWT_SECRET: SECRET },
      },
    )
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string]
    const { http } = JSON.parse(line) as { readonly http: string }
    await provide(new URL(http).host)
    if (server.pid !== undefined) await killTree(server.pid)
  },
})

const tokenFor = (person: string): Promise<string> =>
  new SignJWT({ name: person })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(person)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET))

test('[I13] with the address alone, and a token, one is in; a wrong one is said and mended', async ({
  launch,
  address,
}) => {
  const app = await launch('mara')
  await firstRun(app.window).join('Mara Holm', address)
  const card = app.window.getByRole('form', { name: 'Join a session' })
  await card.getByRole('button', { name: 'Use an access token instead' }).click()
  const field = card.getByLabel('Access token')
  await expect(field).toBeFocused()
  await expect(card.getByText('Is this the host you mean?')).toBeVisible()
  await expectAccessible(app.window, 'first run with the field for a token')
  await field.fill('eyJhbGciOiJIUzI1NiJ9.e30.nonsense')
  await card.getByRole('button', { name: 'The words are the same: sign in' }).click()

  const asked = signIn(app.window)
  await expect(asked.dialog).toContainText('did not let you in by that token')
  await asked.paste(await tokenFor('mara'))
  await expect(asked.dialog).toHaveCount(0)
  await isOnline(app)
  const { ui } = await returns(app)
  await ui.say('in by an address and a token')
  await expect.poll(() => textsOf(app.window, 'general')).toEqual(['in by an address and a token'])
})
