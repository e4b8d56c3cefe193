import { once } from 'node:events'
import { createServer } from 'node:tls'
import { makeHostKey } from '../src/server/tls/host-key.ts'
import { selfSigned } from '../src/testing/certificates.ts'
import { filesHold } from './fixtures/databases.ts'
import { inviteVia, portOf, readInvite } from './fixtures/invites.ts'
import { hosts, isOnline, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { hostingPanel } from './screens/hosting.ts'

test('[T5] [T6] host and member read the same four words for the key, and the key itself stays with the host', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  expect(readInvite(mara.invite).fingerprint).toHaveLength(43)
  const sam = await joins(samApp, 'Sam Adeyemi', mara.invite)

  await mara.ui.hostingBadge.click()
  const { dialog } = hostingPanel(maraApp.window, 'Field Station')
  const words = await dialog.getByText(/^\w+ · \w+ · \w+ · \w+$/).textContent()
  await samApp.window.getByRole('button', { name: 'Room details' }).click()
  const key = sam.ui.details.getByRole('region', { name: 'Key of this session' })
  await expect(key.getByText(words ?? 'no words', { exact: true })).toBeVisible()

  expect(filesHold(samApp.profile, 'PRIVATE KEY')).toBe(false)
  expect(maraApp.output()).not.toContain('PRIVATE KEY')
})

test('[T3] somebody who takes the host’s place is refused in words and hears nothing; the host is taken back with what waited', async ({
  launch,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const port = portOf(mara.invite)
  const sam = await joins(samApp, 'Sam Adeyemi', inviteVia(mara.invite, `127.0.0.1:${port}`))
  const panel = hostingPanel(maraApp.window, 'Field Station')
  await mara.ui.hostingBadge.click()
  await panel.stop()

  let heard = ''
  const mallory = makeHostKey()
  const impostor = createServer({ key: mallory, cert: selfSigned(mallory) }, (socket) => {
    socket.on('data', (data) => (heard += data.toString('latin1')))
    socket.on('error', () => undefined)
  })
  impostor.on('tlsClientError', () => undefined)
  const met = once(impostor, 'connection')
  impostor.listen(port, '127.0.0.1')
  await met
  await expect(sam.ui.connection).toContainText('Somebody with another key answers')
  await expect(sam.ui.connection).toContainText('someone may be posing as the host')
  await sam.ui.say('only for the station')
  await expect(sam.ui.connection).toContainText('1 message was not sent and is kept')
  const closed = once(impostor, 'close')
  impostor.close()
  await closed
  expect(heard).toBe('')

  await mara.ui.sidebar.getByRole('button', { name: 'Session menu' }).click()
  await maraApp.window.getByRole('menuitem', { name: 'Host again…' }).click()
  await panel.dialog.getByRole('button', { name: 'Host again' }).click()
  await expect(panel.dialog).toContainText('Running.')
  await panel.close()
  await sam.ui.connection.getByRole('button', { name: 'Try now' }).click()
  await isOnline(samApp)
  await expect(mara.ui.timeline.message('only for the station')).toHaveCount(1)
})
