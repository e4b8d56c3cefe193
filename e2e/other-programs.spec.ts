import { once } from 'node:events'
import { request } from 'node:https'
import { WebSocket } from 'ws'
import { ask, sessionOf, textsOf } from './fixtures/bridge.ts'
import { portOf } from './fixtures/invites.ts'
import { hosts, isOnline } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { hostingPanel } from './screens/hosting.ts'

/** A program that knows the guide's plain JSON and nothing of Landline; null when it was not let in. */
async function plainClient(port: number, user: string): Promise<WebSocket | null> {
  // It pins no key: whoever writes such a program says how far it trusts the network.
  const url = `wss://127.0.0.1:${port}/ws?user=${encodeURIComponent(user)}`
  const socket = new WebSocket(url, 'chat', { rejectUnauthorized: false })
  const opened = await new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  return opened ? socket : null
}

/** What a build server does; the status of the answer. */
async function post(url: string, text: string): Promise<number> {
  const options = {
    ...{ method: 'POST', rejectUnauthorized: false, agent: false },
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': text },
  }
  return new Promise((resolve, reject) => {
    request(url, options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end(JSON.stringify({ text }))
  })
}

test('the host lets other programs in by a switch, and shuts the door again', async ({
  launch,
}) => {
  const maraApp = await launch('mara')
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const { id: session } = await sessionOf(maraApp.window)
  await ask(maraApp.window, 'admin.change', { session, change: { access: 'open' } })
  const port = portOf(mara.invite)
  expect(await plainClient(port, 'Pia')).toBeNull()

  await mara.ui.hostingBadge.click()
  const panel = hostingPanel(maraApp.window, 'Field Station')
  await panel.tab('Who gets in').click()
  const doors = panel.dialog.getByRole('switch', { name: 'Let other programs in' })
  await doors.click()
  await expect(doors).toBeChecked()
  // It shows at once what was wanted, and is busy until the server has started anew.
  await expect(doors).toHaveAttribute('aria-busy', 'false')
  await isOnline(maraApp)
  await panel.close()
  const pia = await plainClient(port, 'Pia')
  if (pia === null) throw new Error('the plain client was not let in')
  pia.send(JSON.stringify({ type: 'broadcast', content: 'Hello from a script.' }))
  await expect(mara.ui.timeline.message('Hello from a script.')).toBeVisible()
  await expect(mara.ui.online('Pia')).toHaveCount(1)

  const gone = once(pia, 'close')
  await mara.ui.hostingBadge.click()
  await panel.tab('Who gets in').click()
  await doors.click()
  await expect(doors).not.toBeChecked()
  await gone
  await isOnline(maraApp)
  expect(await plainClient(port, 'Pia')).toBeNull()
})

test('[D4] a webhook that is made in the app writes into its room, once, until it is taken away', async ({
  launch,
}) => {
  const maraApp = await launch('mara')
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  await mara.ui.hostingBadge.click()
  const panel = hostingPanel(maraApp.window, 'Field Station')
  await panel.tab('Programs').click()
  await expect(panel.dialog.getByText('Webhooks and bots are turned off')).toBeVisible()
  await panel.tab('Who gets in').click()
  await panel.dialog.getByRole('switch', { name: 'Let other programs in' }).click()
  await panel.tab('Programs').click()
  await panel.dialog.getByRole('button', { name: 'New program' }).click()
  await panel.dialog.getByRole('textbox', { name: 'Its name' }).fill('Build server')
  await panel.dialog.getByRole('button', { name: 'Make program' }).click()
  const url = await panel.dialog.getByText(/^https:.*\/hooks\//).textContent()
  if (url === null) throw new Error('no URL is shown')
  expect(await post(url, 'Build 412 is green.')).toBe(200)
  expect(await post(url, 'Build 412 is green.')).toBe(200)
  await panel.dialog.getByRole('button', { name: 'Take away Build server' }).click()
  await expect(panel.dialog.getByText('There is no program yet.')).toBeVisible()
  expect(await post(url, 'Build 413 is green.')).toBe(404)
  const made = panel.dialog.getByRole('region', { name: 'New program' })
  await made.getByRole('button', { name: 'Close' }).click()
  await panel.close()
  await expect(mara.ui.timeline.message('Build 412 is green.')).toBeVisible()
  expect(await textsOf(maraApp.window, 'general')).toEqual(['Build 412 is green.'])
})
