import { textsOf } from './fixtures/bridge.ts'
import { inviteVia, portOf } from './fixtures/invites.ts'
import { hosts, isOnline, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'

interface Said {
  readonly type?: string
  readonly id?: string
  readonly seq?: number
}

test('[D4] the connection is cut after the host stored a message and before its ack arrived: sending again makes no second one', async ({
  launch,
  proxyTo,
}) => {
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const line = await proxyTo(portOf(mara.invite))
  const sam = await joins(samApp, 'Sam Adeyemi', inviteVia(mara.invite, line.address))

  // Whichever word of the commit comes first, ack or event, is the one that gets lost.
  const lost = line.dropNextAndCut(
    (message) =>
      message['type'] === 'ack' ||
      (message['type'] === 'events' && JSON.stringify(message).includes('said once')),
  )
  await sam.ui.say('said once')
  await lost
  await expect(mara.ui.timeline.message('said once')).toHaveCount(1)
  await expect(sam.ui.timeline.message('said once')).toContainText('sent')
  await isOnline(samApp)

  await sam.ui.say('said after')
  await expect(mara.ui.timeline.message('said after')).toHaveCount(1)
  for (const app of [samApp, maraApp]) {
    expect(await textsOf(app.window, 'general')).toEqual(['said once', 'said after'])
  }

  const frames = line.frames.map((frame) => ({ ...frame, said: JSON.parse(frame.text) as Said }))
  const submits = frames.filter(
    ({ said, text }) => said.type === 'submit' && text.includes('said once'),
  )
  expect(submits.length, 'the message was sent again').toBeGreaterThan(1)
  expect(new Set(submits.map(({ said }) => said.id)).size, 'under the same id').toBe(1)
  const numbers = frames.filter(
    ({ said }) => said.type === 'ack' && said.id === submits[0]?.said.id,
  )
  expect(new Set(numbers.map(({ said }) => said.seq)).size, 'and got the same number').toBe(1)
})

test('[D4] ten cuts in a row, each swallowing an ack, leave one of each message in the order written', async ({
  launch,
  proxyTo,
}) => {
  test.slow()
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const line = await proxyTo(portOf(mara.invite))
  const sam = await joins(samApp, 'Sam Adeyemi', inviteVia(mara.invite, line.address))

  const written: string[] = []
  for (let round = 1; round <= 10; round += 1) {
    const lost = line.dropNextAndCut((message) => message['type'] === 'ack')
    for (const part of ['a', 'b', 'c']) {
      written.push(`round ${round}${part}`)
      await sam.ui.say(`round ${round}${part}`)
    }
    await lost
  }
  for (const app of [samApp, maraApp]) {
    await expect.poll(() => textsOf(app.window, 'general'), { timeout: 40_000 }).toEqual(written)
  }
})
