import { ask, sessionOf, textsOf } from './fixtures/bridge.ts'
import { filesHold, replicas } from './fixtures/databases.ts'
import type { LandlineApp } from './fixtures/landline-app.ts'
import { comesAnewBy, organisation } from './fixtures/organisation.ts'
import type { Organisation } from './fixtures/organisation.ts'
import { isOnline, returns } from './fixtures/stories.ts'
import type { Person } from './fixtures/stories.ts'
import { expect, test as base } from './fixtures/test.ts'
import { firstRun } from './screens/first-run.ts'
import { signIn } from './screens/sign-in.ts'

const HOUR_S = 3_600

const test = base.extend<{ readonly server: Organisation }>({
  server: async ({ folder }, provide) => {
    const server = await organisation(folder)
    await provide(server)
    await server.end()
  },
})

/** From first run, by the invite, to the session; the app asks for the token on the way. */
async function joinsWith(
  app: LandlineApp,
  person: string,
  server: Organisation,
  token: string,
): Promise<Person> {
  await firstRun(app.window).join(person, server.invite)
  await signIn(app.window).paste(token)
  await isOnline(app)
  const { ui } = await returns(app)
  await ui.room('general').waitFor()
  return { app, ui }
}

const stateOf = async (app: LandlineApp) => (await sessionOf(app.window)).connection

test('[I14] who opens an invite is asked for a token; a wrong one is said, a good one lets in, also after a restart', async ({
  launch,
  server,
}) => {
  const app = await launch('mara')
  const asked = signIn(app.window)
  await firstRun(app.window).join('Mara Holm', server.invite)
  await expect(asked.dialog).toBeVisible()
  await expect(asked.field).toBeFocused()
  await asked.paste('x'.repeat(9_000))
  await expect(asked.problem).toContainText('8,192')
  const old = await server.tokenFor('mara', -5)
  await asked.paste(old)
  await expect(asked.problem).toContainText('has ended')
  await asked.paste('eyJhbGciOiJIUzI1NiJ9.e30.nonsense')
  await expect(asked.problem).toContainText('did not accept')

  const token = await server.tokenFor('mara', HOUR_S)
  await asked.paste(`  Bearer ${token}\n`)
  await expect(asked.dialog).toHaveCount(0)
  const { ui } = await returns(app)
  await ui.room('general').waitFor()
  await ui.say('in by a token')
  await isOnline(app)
  for (const secret of [token, old]) {
    expect(app.output(), 'the log').not.toContain(secret)
    expect(filesHold(replicas(app.profile), secret), 'the replica').toBe(false)
  }
  await app.quit()

  const again = await launch('mara')
  await isOnline(again)
  expect(await textsOf(again.window, 'general')).toEqual(['in by a token'])
  await expect(signIn(again.window).dialog).toHaveCount(0)
})

test('[I14] a new token in time goes on in place: the old one’s end is not noticed', async ({
  launch,
  server,
}) => {
  const app = await launch('mara')
  const life = 20
  const { ui } = await joinsWith(app, 'Mara Holm', server, await server.tokenFor('mara', HOUR_S))
  const token = await server.tokenFor('mara', life)
  const end = Date.now() + (life + 1) * 1_000
  await comesAnewBy(app, token)
  await expect(ui.connection).toContainText('Your sign-in ends soon.', { timeout: life * 1_000 })
  const changes = (): number => app.output().split('connection state').length - 1
  const before = changes()
  expect(before, 'the log tells of the connection').toBeGreaterThan(0)
  await signIn(app.window).paste(await server.tokenFor('mara', 2 * HOUR_S))
  await expect(ui.connection).toBeEmpty()
  await expect(ui.composer.input).toBeFocused()
  await expect
    .poll(
      async () => {
        expect(await stateOf(app)).toEqual({ state: 'online' })
        return Date.now() > end
      },
      { timeout: (life + 5) * 1_000 },
    )
    .toBe(true)
  // A loss and a new dial take less than a look at the state.
  expect(changes(), 'it stayed online').toBe(before)
})

test('[D4, I14] a token ends: the bar asks for another, and what was written meanwhile arrives once', async ({
  launch,
  server,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const sam = await joinsWith(samApp, 'Sam Adeyemi', server, await server.tokenFor('sam', HOUR_S))
  const mara = await joinsWith(maraApp, 'Mara Holm', server, await server.tokenFor('mara', HOUR_S))
  await mara.ui.say('before the end')
  await expect(sam.ui.timeline.message('before the end')).toBeVisible()

  await comesAnewBy(maraApp, await server.tokenFor('mara', 3))
  await expect(mara.ui.connection).toContainText('Your sign-in has ended.')
  await mara.ui.say('meanwhile one')
  await mara.ui.say('meanwhile two')
  await sam.ui.say('from the other side')
  await expect(mara.ui.connection).toContainText(
    '2 messages are queued and will be sent when you have signed in.',
  )
  // Nothing is tried by itself, and a restart asks again; the token that has ended is kept nowhere.
  await maraApp.quit()
  const again = await launch('mara')
  const back = await returns(again)
  await expect(back.ui.connection).toContainText('You are signed out. 2 messages are queued')

  await signIn(again.window).paste(await server.tokenFor('mara', HOUR_S))
  await isOnline(again)
  for (const app of [again, samApp]) {
    await expect
      .poll(() => textsOf(app.window, 'general'))
      .toEqual(['before the end', 'from the other side', 'meanwhile one', 'meanwhile two'])
  }
  expect((await ask(again.window, 'app.state', {})).sessions[0]?.queued).toBe(0)
})

test('[I13] one token, two computers: the second becomes a further device of the same member, and nobody is asked', async ({
  launch,
  server,
}) => {
  const [laptop, tablet] = await Promise.all([launch('laptop'), launch('tablet')])
  const token = await server.tokenFor('mara', HOUR_S)
  const first = await joinsWith(laptop, 'Mara Holm', server, token)
  await first.ui.say('from the laptop')
  // Another name on purpose: they are who the token says.
  const second = await joinsWith(tablet, 'M. H.', server, token)
  await expect(second.ui.timeline.message('from the laptop')).toBeVisible()
  const [one, two] = await Promise.all([sessionOf(laptop.window), sessionOf(tablet.window)])
  expect(two.self).toEqual(one.self)
  await second.ui.say('from the tablet')
  await expect(first.ui.timeline.message('from the tablet')).toBeVisible()
  const { people } = await ask(laptop.window, 'session.open', { session: one.id })
  expect(people.map(({ name }) => name)).toEqual(['Mara Holm'])
  await tablet.quit()
  const again = await launch('tablet')
  await isOnline(again)
  expect(await textsOf(again.window, 'general')).toEqual(['from the laptop', 'from the tablet'])
})
