/**
 * A bot that throws dice: `/roll`, `/roll 2d6`. It reacts to every message that thanks it.
 *
 *   LANDLINE_BOT_TOKEN=llb_… node examples/dice-bot.ts ws://127.0.0.1:47800/ws Dice
 */
import { connect } from '../src/bot-client/bot.ts'

const [url, name] = process.argv.slice(2)
const token = process.env['LANDLINE_BOT_TOKEN']
if (url === undefined || name === undefined || token === undefined) {
  throw new Error('Usage: LANDLINE_BOT_TOKEN=llb_… node examples/dice-bot.ts URL NAME')
}

const bot = connect(url, { token, name })
await bot.ready
await bot.setCommands([{ name: 'roll', description: 'Throws dice: /roll 2d6' }])
process.stdout.write(`${name} is in ${bot.rooms().length} rooms\n`)

for await (const event of bot) {
  if (event.kind !== 'message') continue
  const { room, message, command } = event
  if (command?.name === 'roll') {
    await bot.send(room.id, roll(command.rest), { replyTo: message.id })
  } else if (/^thank(s| you)\b/i.test(message.text)) {
    await bot.react(room.id, message.id, '🎲')
  }
}

function roll(wanted: string): string {
  const [, count = '1', sides = '6'] = /^(\d{1,2})?d?(\d{1,3})?$/.exec(wanted.trim()) ?? []
  const thrown = Array.from({ length: Math.max(1, Number(count)) }, () =>
    Math.ceil(Math.random() * Math.max(2, Number(sides))),
  )
  const sum = thrown.reduce((total, each) => total + each, 0)
  return thrown.length === 1 ? `🎲 ${sum}` : `🎲 ${thrown.join(' + ')} = ${sum}`
}
