/** Bots of the client package against a real server, and the example as its own process. */
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bot, type BotEvent, connect } from '../../bot-client/bot.ts'
import { botIdentityOf as botIdentityOfClient } from '../../bot-client/bot-identity.ts'
import type { Scope } from '../../protocol/integrations.ts'
import type { Cursor } from '../../protocol/records.ts'
import { botIdentityOf } from '../../server/integrations/bot-identity.ts'
import { integrationKit, type IntegrationKit } from '../integration-kit.ts'
import type { RawClient } from '../raw-client.ts'

describe('bots', () => {
  let kit: IntegrationKit
  let sam: RawClient
  const open: Bot[] = []

  beforeAll(async () => {
    kit = await integrationKit()
    sam = await kit.join('Sam')
  })
  afterAll(async () => {
    for (const bot of open) bot.close()
    await kit.stop()
  })

  const make = (name: string, scopes: Scope[], rooms = [kit.general]) =>
    kit.make(name, { kind: 'bot', role: 'guest', scopes, commands: [] }, rooms)
  function run(
    token: string,
    name: string,
    more: Partial<Parameters<typeof connect>[1]> = {},
  ): Bot {
    const bot = connect(kit.server.url, { token, name, ...more })
    open.push(bot)
    return bot
  }
  const posted = async (client: RawClient, text: string | RegExp) => {
    const isIt = (event: { type: string; text?: string }): boolean =>
      event.type === 'message.posted' && new RegExp(text).test(event.text ?? '')
    const { events } = await client.next('events', (message) => message.events.some(isIt))
    return events.find(isIt)
  }
  async function nextMessage(events: AsyncIterator<BotEvent>) {
    for (;;) {
      const { value, done } = await events.next()
      if (done === true) throw new Error('the bot has ended')
      if (value.kind === 'message') return value
    }
  }

  it('are the same to server and client, whose code for it is not the same', () => {
    const token = `llb_${'A'.repeat(43)}`
    const { member, device, key } = botIdentityOfClient(token)
    expect({ member, device, key }).toEqual(botIdentityOf(token))
  })

  it('come in by their token alone, hear their rooms and write in them', async () => {
    const { id, secret } = await make('Parrot', ['read', 'write'])
    const bot = run(secret, 'Parrot')
    await bot.ready
    expect(bot.rooms().map((room) => room.name)).toEqual(['general'])
    const events = bot[Symbol.asyncIterator]()
    sam.post(kit.general, 'polly?')
    const { message, room } = await nextMessage(events)
    expect(message).toMatchObject({ text: 'polly?', author: sam.person.member })
    expect(bot.nameOf(message.author)).toBe('Sam')
    const written = await bot.send(room.id, 'polly!', { replyTo: message.id })
    expect(await posted(sam, 'polly!')).toMatchObject({
      actor: id,
      ...written,
      replyTo: message.id,
    })
    await bot.react(room.id, message.id, '🦜')
    await sam.next('events', (frame) => frame.events.some(({ type }) => type === 'reaction.added'))
    bot.close()
    await expect(bot.send(room.id, 'late')).rejects.toMatchObject({ code: 'closed' })
  })

  it('[D4, D8] miss nothing and say nothing twice while the server is away', async () => {
    const { secret } = await make('Witness', ['read', 'write'])
    const bot = run(secret, 'Witness', { clock: hasty })
    await bot.ready
    const events = bot[Symbol.asyncIterator]()
    sam.post(kit.general, 'before')
    expect((await nextMessage(events)).message.text).toBe('before')
    await kit.server.stop()
    const late = ['one', 'two', 'three'].map((text) => bot.send(kit.general, `late ${text}`))
    await kit.restart()
    sam = await kit.join('Sam the second')
    sam.post(kit.general, 'after')
    expect((await nextMessage(events)).message.text).toBe('after')
    const written = await Promise.all(late)
    expect(written.map(({ seq }) => seq)).toEqual(
      written.map(({ seq }) => seq).toSorted((a, b) => a - b),
    )
    const [first] = written
    if (first === undefined) throw new Error('nothing was written')
    // The same id again is the same message.
    const again = await bot.send(kit.general, 'late one', { id: first.id })
    expect(again).toEqual(first)
    bot.close()
  })

  it('[D11] go on where an earlier run stopped, by the cursors they were given', async () => {
    const { secret } = await make('Diary', ['read'])
    const cursors = new Map<string, Cursor>()
    const handled = (cursor: Cursor): void => void cursors.set(cursor.room, cursor)
    const first = run(secret, 'Diary', { handled })
    await first.ready
    const events = first[Symbol.asyncIterator]()
    sam.post(kit.general, 'handled')
    expect((await nextMessage(events)).message.text).toBe('handled')
    // Asking for the next one says that this one is done; it is not awaited, since it never comes.
    void events.next()
    first.close()
    sam.post(kit.general, 'missed')
    await posted(sam, 'missed')
    const second = run(secret, 'Diary', { cursors: [...cursors.values()] })
    const { message } = await nextMessage(second[Symbol.asyncIterator]())
    expect(message.text).toBe('missed')
    second.close()
  })

  it('do what their scopes say and nothing else', async () => {
    const { secret } = await make('Reader', ['read'])
    const reader = run(secret, 'Reader')
    await reader.ready
    await expect(reader.send(kit.general, 'hello')).rejects.toMatchObject({ code: 'not-allowed' })
    for (const request of [
      { type: 'browse-rooms' },
      { type: 'link-device' },
      { type: 'devices' },
      { type: 'audit', before: 100, limit: 1 },
      { type: 'integrations' },
    ] as const) {
      await expect(reader.ask(request)).rejects.toMatchObject({ code: 'not-allowed' })
    }
    const writer = run((await make('Writer', ['write'])).secret, 'Writer', { reads: false })
    await writer.ready
    await writer.send(kit.general, 'from one who hears nothing')
    await posted(sam, 'from one who hears nothing')
    await expect(
      writer.ask({ type: 'history', room: kit.general, before: 100, limit: 1 }),
    ).rejects.toMatchObject({ code: 'not-allowed' })
  })

  it('are put out at once when they are revoked, and their token is good for nothing then', async () => {
    const { id, secret } = await make('Guest worker', ['read', 'write'])
    const bot = run(secret, 'Guest worker')
    await bot.ready
    const ended = (async () => {
      for await (const _ of bot) continue
    })()
    await kit.ask(kit.host, { type: 'revoke-integration', integration: id }, 'carried-out')
    await expect(ended).rejects.toMatchObject({ code: 'removed' })
    await expect(run(secret, 'Guest worker').ready).rejects.toMatchObject({ code: 'removed' })
  })

  it('come through the doors for plain and SignalR clients with the same token, as the same member', async () => {
    await kit.restart({ doors: { plain: true, signalr: true } })
    sam = await kit.join('Sam of the doors')
    const { id, secret } = await make('Bridge', ['read', 'write'])
    const native = run(secret, 'Bridge')
    await native.ready
    const plain = new WebSocket(`${kit.server.url}?access_token=${secret}`, 'chat')
    await new Promise((resolve, reject) => {
      plain.onopen = resolve
      plain.onerror = reject
    })
    plain.send(JSON.stringify({ type: 'broadcast', content: 'over the plain door' }))
    expect(await posted(sam, 'over the plain door')).toMatchObject({ actor: id })
    const hub = new HubConnectionBuilder()
      .withUrl(`${kit.server.httpUrl}/hubs/chat`, { accessTokenFactory: () => secret })
      .configureLogging(LogLevel.None)
      .build()
    await hub.start()
    await hub.invoke('SendMessage', 'over SignalR')
    expect(await posted(sam, 'over SignalR')).toMatchObject({ actor: id })
    await kit.ask(kit.host, { type: 'revoke-integration', integration: id }, 'carried-out')
    await new Promise((resolve) => (plain.onclose = resolve))
    await hub.stop()
    const refused = await fetch(`${kit.server.httpUrl}/hubs/chat/negotiate`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${secret}` },
    })
    expect(refused.status).toBe(401)
  })

  it('may do nothing where bots are turned off, although they are known', async () => {
    const { secret } = await make('Idler', ['read', 'write', 'rooms'])
    await kit.restart({ integrations: undefined })
    const idler = run(secret, 'Idler', { reads: false })
    await idler.ready
    await expect(idler.send(kit.general, 'hello')).rejects.toMatchObject({ code: 'not-allowed' })
    await expect(idler.ask({ type: 'browse-rooms' })).rejects.toMatchObject({ code: 'not-allowed' })
    await kit.restart()
    sam = await kit.join('Sam the third')
  })

  it('throw dice: the example, as a process of its own', async () => {
    const { secret } = await make('Dice', ['read', 'write'])
    const example = new URL('../../../examples/dice-bot.ts', import.meta.url).pathname
    const dice = spawn(process.execPath, [example, kit.server.url, 'Dice'], {
      env: { ...process.env, LANDLINE_BOT_TOKEN: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(dice.stdout, 'data')) as [Buffer]
    expect(line.toString()).toContain('Dice is in 1 rooms')
    const asked = await kit.ask(sam, { type: 'commands', room: kit.general }, 'command-list')
    expect(asked).toMatchObject({ commands: [{ name: 'roll', description: /dice/ }] })
    sam.post(kit.general, '/roll 2d6')
    const thrown = await posted(sam, '^🎲 ')
    expect((thrown as { text: string }).text).toMatch(/^🎲 [1-6] \+ [1-6] = \d+$/)
    const exited = once(dice, 'exit')
    dice.kill()
    await exited
  })
})

/** Comes back at once. */
const hasty = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  // No jitter: at once.
  random: () => 0.01,
}
