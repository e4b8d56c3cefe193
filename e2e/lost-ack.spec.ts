import { textsOf } from './fixtures/bridge.ts'
import { inviteVia } from './fixtures/invites.ts'
import { hosts, isOnline, joins } from './fixtures/stories.ts'
import { expect, test } from './fixtures/test.ts'
import { DELIVERED } from './screens/timeline.ts'

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
  const line = await proxyTo(mara)
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
  await expect(sam.ui.timeline.message('said once')).toContainText(DELIVERED)
  await isOnline(samApp)

  await sam.ui.say('said after')
  await expect(mara.ui.timeline.message('said after')).toHaveCount(1)
  // The app learned from its catch-up that the message is stored. A client that did not look, or another
  // node that did not know, would send it again: the very same bytes get the very same answer.
  const submit = line.frames.find(
    ({ direction, text }) => direction === 'up' && text.includes('said once'),
  )
  if (submit === undefined) throw new Error('the message was never sent')
  const { id } = JSON.parse(submit.text) as Said
  line.sayAgain(submit)
  const acks = (): Said[] =>
    line.frames
      .filter(({ direction, delivered }) => direction === 'down' && delivered)
      .map(({ text }) => JSON.parse(text) as Said)
      .filter((said) => said.type === 'ack' && said.id === id)
  await expect.poll(acks).not.toEqual([])
  const event = line.frames.find(
    ({ direction, text }) => direction === 'down' && text.includes('said once'),
  )
  expect(event?.text).toContain(`"seq":${acks().at(-1)?.seq ?? 'none'},`)

  await mara.ui.say('said last')
  await expect(sam.ui.timeline.message('said last')).toHaveCount(1)
  for (const app of [samApp, maraApp]) {
    expect(await textsOf(app.window, 'general')).toEqual(['said once', 'said after', 'said last'])
  }
})

test('[D4] ten cuts in a row, each swallowing an ack, leave one of each message in the order written', async ({
  launch,
  proxyTo,
}) => {
  test.slow()
  const [maraApp, samApp] = await Promise.all([launch('mara'), launch('sam')])
  const mara = await hosts(maraApp, 'Mara Holm', 'Field Station')
  const line = await proxyTo(mara)
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
