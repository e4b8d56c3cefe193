import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from './fixtures/accessible.ts'
import { ask, roomNamed, sessionOf } from './fixtures/bridge.ts'
import { portOf } from './fixtures/invites.ts'
import { comesAnewBy, organisation } from './fixtures/organisation.ts'
import { hosts, isOnline, joins } from './fixtures/stories.ts'
import type { LandlineApp } from './fixtures/landline-app.ts'
import { expect, test } from './fixtures/test.ts'
import { firstRun } from './screens/first-run.ts'
import { hostingPanel } from './screens/hosting.ts'
import { signIn } from './screens/sign-in.ts'
import { DELIVERED } from './screens/timeline.ts'
import { workspace } from './screens/workspace.ts'

const dialogOf = (page: Page, name: string | RegExp): Locator => page.getByRole('dialog', { name })

async function closeDialog(page: Page, dialog: Locator): Promise<void> {
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
}

/** Things that move are measured where they come to rest. */
const stillness = (app: LandlineApp): Promise<void> =>
  app.window.emulateMedia({ reducedMotion: 'reduce' })

test('first run, its complaints and the empty session have no accessibility violation', async ({
  launch,
}) => {
  const app = await launch('mara')
  await stillness(app)
  const page = app.window
  await firstRun(page).heading.waitFor()
  await expectAccessible(page, 'first run')
  await page.getByRole('button', { name: 'Host session' }).click()
  await expect(page.getByRole('alert').first()).toBeVisible()
  await expectAccessible(page, 'first run with complaints')
  await hosts(app, 'Mara Holm', 'Field Station')
  await expectAccessible(page, 'empty session')
})

test('chat in every state has no accessibility violation', async ({ launch }) => {
  test.slow()
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  await Promise.all([stillness(maraApp), stillness(samApp)])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)
  const page = samApp.window

  await mara.ui.say('Plain, **bold**, *italic*, `code`, ~~gone~~ and https://example.org')
  await mara.ui.say('- one\n- two\n\n> quoted\n\n```\ncalibrate --station north\n```')
  await mara.ui.say('@Sam Adeyemi can you take the 10:00 check-in?')
  await sam.ui.timeline.react('10:00 check-in', '👍')
  await sam.ui.timeline.reply('10:00 check-in', 'Yes.')
  await sam.ui.say('Wrong room.')
  await sam.ui.timeline.remove('Wrong room.')
  await sam.ui.timeline.edit('Yes.', 'Yes, with Jun.')
  await mara.ui.createGroup('logistics', ['Sam Adeyemi'])
  await mara.ui.say('Truck is late.')
  await mara.ui.openDirect(['Sam Adeyemi'])
  await mara.ui.say('Bring the battery.')
  await expect(sam.ui.room('Mara Holm')).toHaveAccessibleName(/1 unread message$/)
  await mara.ui.composer.input.pressSequentially('typing')
  await expectAccessible(page, 'chat with unread rooms')

  await sam.ui.timeline.message('10:00 check-in').hover()
  await expectAccessible(page, 'message under the pointer')
  await sam.ui.timeline.act('10:00 check-in', 'React')
  const picker = dialogOf(page, 'Choose an emoji')
  await picker.waitFor()
  await expectAccessible(page, 'emoji picker')
  await closeDialog(page, picker)

  await sam.ui.openRoom('logistics')
  await expect(sam.ui.timeline.unreadLine).toBeVisible()
  await page.getByRole('button', { name: 'Room details' }).click()
  await sam.ui.details.waitFor()
  await expectAccessible(page, 'unread line and details')

  await maraApp.quit()
  await sam.ui.say('Written offline.')
  await expect(sam.ui.connection).toContainText('1 message is queued')
  await expectAccessible(page, 'offline with a queued message')

  await samApp.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    window?.setContentSize(600, 700)
  })
  await page.waitForFunction(() => innerWidth === 600)
  await page.getByRole('button', { name: 'Show rooms and people' }).waitFor()
  await expectAccessible(page, 'small window')
  await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Show rooms and people' }).click()
  await sam.ui.sidebar.waitFor()
  await expectAccessible(page, 'small window with the room list')
})

test('every dialog has no accessibility violation', async ({ launch }) => {
  test.slow()
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  await stillness(maraApp)
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  await joins(samApp, 'Sam Adeyemi', mara.invite)
  await mara.ui.createGroup('logistics', [])
  await mara.ui.say('Truck is late.')
  const page = maraApp.window

  const fromMenu = [
    ['host', 'Host a session on this network'],
    ['join', 'Join a session'],
    ['new-group', 'New group'],
    ['new-direct', 'New direct message'],
    ['jump', 'Jump to or search'],
    ['shortcuts', 'Keyboard shortcuts'],
    ['hosting-panel', 'Hosting Field Station'],
    ['stop-hosting', 'Stop hosting Field Station?'],
  ] as const
  for (const [item, title] of fromMenu) {
    await maraApp.menu(item)
    const dialog = dialogOf(page, title)
    await dialog.waitFor()
    await expectAccessible(page, title)
    await closeDialog(page, dialog)
  }

  await maraApp.menu('jump')
  const jump = dialogOf(page, 'Jump to or search')
  await jump.getByRole('combobox').fill('truck')
  await expect(jump.getByRole('option').first()).toBeVisible()
  await expectAccessible(page, 'search results')
  await closeDialog(page, jump)

  await mara.ui.sidebar.getByRole('button', { name: 'Browse groups' }).click()
  const browse = dialogOf(page, 'Browse groups')
  await expect(browse).toContainText('logistics')
  await expectAccessible(page, 'browse groups')
  await closeDialog(page, browse)

  await mara.ui.sidebar.getByRole('button', { name: 'Profile menu' }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  const settings = dialogOf(page, 'Settings')
  await settings.waitFor()
  await expectAccessible(page, 'settings')
  await closeDialog(page, settings)

  await mara.ui.timeline.act('Truck is late.', 'Delete')
  const remove = dialogOf(page, 'Delete this message?')
  await remove.waitFor()
  await expectAccessible(page, 'delete a message')
  await closeDialog(page, remove)

  await page.getByRole('button', { name: 'Room details' }).click()
  await mara.ui.details.getByRole('button', { name: 'Add members' }).click()
  const add = dialogOf(page, /^Add members to/)
  await add.waitFor()
  await expectAccessible(page, 'add members')
  await closeDialog(page, add)
  await mara.ui.details.getByRole('button', { name: 'Leave group' }).click()
  const leave = dialogOf(page, 'Leave #logistics?')
  await leave.waitFor()
  await expectAccessible(page, 'leave a group')
  await closeDialog(page, leave)

  await mara.ui.sidebar.getByRole('button', { name: 'Session menu' }).click()
  await page.getByRole('menu').waitFor()
  await expectAccessible(page, 'session menu', { floating: true })
})

test('signing in with a token, and its end, have no accessibility violation', async ({
  launch,
  folder,
}) => {
  test.slow()
  const server = await organisation(folder)
  try {
    const app = await launch('mara')
    await stillness(app)
    const page = app.window
    const asked = signIn(page)
    await firstRun(page).join('Mara Holm', server.invite)
    await asked.dialog.waitFor()
    await expectAccessible(page, 'sign in')
    await asked.paste('wrong')
    await expect(asked.problem).toBeVisible()
    await expectAccessible(page, 'sign in with a complaint')
    await asked.paste(await server.tokenFor('mara', 3_600))
    await isOnline(app)
    const life = 40
    await comesAnewBy(app, await server.tokenFor('mara', life))
    const { connection } = workspace(page)
    const timeout = life * 1_000
    await expect(connection).toContainText('Your sign-in ends soon.', { timeout })
    await expectAccessible(page, 'sign-in that ends soon')
    expect(await connection.textContent(), 'while it was looked at').toContain('ends soon')
    await expect(connection).toContainText('Your sign-in has ended.', { timeout })
    await expectAccessible(page, 'signed out')
    await expect(connection).toContainText('Your sign-in has ended.')
    // The keyboard alone leads back in.
    await workspace(page).connection.getByRole('button', { name: 'Paste a new token' }).focus()
    await page.keyboard.press('Enter')
    await expect(asked.field).toBeFocused()
    await page.keyboard.insertText(await server.tokenFor('mara', 3_600))
    await page.keyboard.press('Enter')
    await isOnline(app)
    await expect(asked.dialog).toHaveCount(0)
  } finally {
    await server.end()
  }
})

test('managing who gets in, and every way in, has no accessibility violation', async ({
  launch,
}) => {
  test.slow()
  const [maraApp, samApp, niaApp] = await Promise.all([
    launch('mara'),
    launch('sam'),
    launch('nia'),
  ])
  await Promise.all([maraApp, samApp, niaApp].map((app) => stillness(app)))
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  await joins(samApp, 'Sam Adeyemi', mara.invite)
  const page = maraApp.window
  const { id: session } = await sessionOf(page)
  await ask(page, 'admin.change', {
    session,
    change: { access: 'open', approval: true, passphrase: 'three blind mice' },
  })

  // Somebody who only knows the address is shown the words, the other ways, and then waits.
  const nia = firstRun(niaApp.window)
  await nia.name.fill('Nia')
  await nia.invite.fill(`127.0.0.1:${portOf(mara.invite)}`)
  await nia.joinButton.click()
  await niaApp.window.getByRole('button', { name: 'The words are the same' }).waitFor()
  await expectAccessible(niaApp.window, 'key words of an open session')
  await niaApp.window.getByRole('button', { name: 'Use the passphrase instead' }).click()
  await expectAccessible(niaApp.window, 'passphrase')
  await niaApp.window.getByRole('button', { name: 'Join without a code' }).click()
  await niaApp.window.getByRole('button', { name: 'The words are the same' }).click()
  await expect(workspace(niaApp.window).connection).toContainText('Waiting to be let in.')
  await expectAccessible(niaApp.window, 'waiting for approval')

  await maraApp.menu('hosting-panel')
  const panel = hostingPanel(page, 'Field Station')
  await panel.dialog.getByRole('button', { name: 'Let Nia in' }).waitFor()
  await expectAccessible(page, 'people who wait')
  await panel.dialog.getByRole('button', { name: 'Actions for Sam Adeyemi' }).click()
  await page.getByRole('menu').waitFor()
  await expectAccessible(page, 'actions for a person', { floating: true })
  await page.getByRole('menuitem', { name: 'Ban…' }).click()
  const ban = dialogOf(page, 'Ban Sam Adeyemi?')
  await ban.waitFor()
  await expectAccessible(page, 'ban')
  await closeDialog(page, ban)
  await maraApp.menu('hosting-panel')
  await panel.tab('Invites').click()
  await panel.dialog.getByRole('button', { name: 'New invite' }).click()
  await expectAccessible(page, 'new invite')
  await panel.dialog.getByRole('button', { name: 'Make invite' }).click()
  await panel.dialog.getByText('Its link is shown only now').waitFor()
  await expectAccessible(page, 'made invite')
  await panel.tab('Who gets in').click()
  await expectAccessible(page, 'who gets in')
  await ask(page, 'session.set-doors', { session, open: true })
  await panel.tab('Programs').click()
  await panel.dialog.getByRole('button', { name: 'New program' }).click()
  await expectAccessible(page, 'new program')
  await panel.dialog.getByRole('combobox', { name: 'What is it?' }).selectOption('Bot')
  await panel.dialog.getByRole('textbox', { name: 'Its name' }).fill('Dice')
  await panel.dialog.getByRole('button', { name: 'Make program' }).click()
  await panel.dialog.getByText('Its token is shown only now').waitFor()
  await panel.dialog.getByRole('row', { name: /Dice/ }).waitFor()
  await expectAccessible(page, 'made program')
  await panel.tab('Log').click()
  await panel.dialog.getByRole('list', { name: 'What happened in this session' }).waitFor()
  await expectAccessible(page, 'log')
  await panel.close()

  await mara.ui.sidebar.getByRole('button', { name: 'Session menu' }).click()
  await page.getByRole('menuitem', { name: 'Your devices…' }).click()
  const devices = dialogOf(page, 'Your devices')
  await devices.getByRole('button', { name: 'Make a code' }).click()
  await devices.getByText(/It works once/).waitFor()
  await expectAccessible(page, 'own devices')
  await closeDialog(page, devices)

  await maraApp.menu('join')
  const join = dialogOf(page, 'Join a session')
  await join.getByRole('button', { name: 'Scan a QR code' }).click()
  await join.getByRole('button', { name: 'Choose an image…' }).waitFor()
  await expect(join.getByText(/camera/i).first()).toBeVisible()
  await expectAccessible(page, 'scan a QR code')
  await closeDialog(page, join)

  // A moderator manages from their own computer; members of a read-only session are told so.
  const sam = (await sessionOf(samApp.window)).self.memberId
  await ask(page, 'admin.set-role', { session, member: sam, role: 'moderator' })
  const samUi = workspace(samApp.window)
  await samUi.sidebar.getByRole('button', { name: 'Session menu' }).click()
  await samApp.window.getByRole('menuitem', { name: 'Manage the session…' }).click()
  const manage = dialogOf(samApp.window, 'Manage Field Station')
  await manage.getByRole('button', { name: 'Let Nia in' }).click()
  await expectAccessible(samApp.window, 'managing as a moderator')
  await isOnline(niaApp)
  await ask(page, 'admin.change', { session, change: { readOnly: true } })
  await expect(niaApp.window.getByRole('note')).toContainText('read-only')
  await expectAccessible(niaApp.window, 'read-only')
})

/** Presses Tab until the wanted element has focus; an element that Tab cannot reach fails the test. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never came to ${String(wanted)}`)
}

test('the keyboard alone hosts, makes a group, writes, reacts, finds and changes rooms', async ({
  launch,
}) => {
  const app = await launch('mara')
  const page = app.window
  const { keyboard } = page
  const first = firstRun(page)
  await expect(first.name).toBeFocused()
  await keyboard.type('Mara Holm')
  await tabTo(page, first.sessionName)
  await keyboard.type('Field Station')
  await keyboard.press('Enter')
  await isOnline(app)
  const ui = workspace(page)

  await keyboard.press('F6')
  await tabTo(page, ui.sidebar.getByRole('button', { name: 'New group' }))
  await keyboard.press('Enter')
  const group = dialogOf(page, 'New group')
  await expect(group.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused()
  await keyboard.type('logistics')
  await tabTo(page, group.getByRole('button', { name: 'Create group' }))
  await keyboard.press('Enter')
  await expect(ui.composer.in('logistics')).toBeFocused()

  await keyboard.type('Truck leaves at noon.')
  await keyboard.press('Enter')
  await expect(ui.timeline.message('Truck leaves at noon.')).toContainText(DELIVERED)
  for (let panes = 0; panes < 6; panes += 1) {
    await keyboard.press('F6')
    if (await ui.timeline.list.evaluate((list) => list === document.activeElement)) break
  }
  await expect(ui.timeline.list).toBeFocused()
  await keyboard.press('ArrowUp')
  await expect(ui.timeline.message('Truck leaves at noon.')).toBeFocused()
  await keyboard.press('+')
  await expect(dialogOf(page, 'Choose an emoji').getByRole('textbox')).toBeFocused()
  await keyboard.type('thumb')
  await keyboard.press('Enter')
  await expect(
    ui.timeline.message('Truck leaves at noon.').getByRole('button', { name: /^👍 / }),
  ).toBeVisible()

  await keyboard.press('Alt+ArrowUp')
  await expect(ui.composer.in('general')).toBeVisible()
  await keyboard.press('Control+k')
  await expect(dialogOf(page, 'Jump to or search').getByRole('combobox')).toBeFocused()
  await keyboard.type('logis')
  await expect(page.getByRole('option', { name: /logistics/ })).toBeVisible()
  await keyboard.press('Enter')
  await expect(ui.composer.in('logistics')).toBeFocused()

  await keyboard.press('ArrowUp')
  await expect(ui.composer.input).toHaveValue('Truck leaves at noon.')
  await keyboard.press('End')
  await keyboard.type(' Sharp.')
  await keyboard.press('Enter')
  await expect(ui.timeline.message('Truck leaves at noon. Sharp.')).toContainText('(edited)')
  expect((await roomNamed(page, 'logistics')).unread).toBe(0)
  await expect.poll(async () => (await sessionOf(page)).queued).toBe(0)
})
