import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { entryAsText } from './server-log.ts'

/** What a process writes on stderr that opens the log, does this, and is not at a terminal. */
async function written(settings: object, does: string): Promise<{ lines: string[]; code: number }> {
  const module = new URL('server-log.ts', import.meta.url).href
  const program = `
    import { openLog } from ${JSON.stringify(module)}
    const { log, lastWords } = openLog(${JSON.stringify(settings)})
    ${does}`
  const args = ['--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<number>((resolve) => child.once('close', resolve))
  const lines = (await text(child.stderr)).trim().split('\n')
  return { lines, code: await ended }
}

describe('the log of a headless server', () => {
  it('has what Node warns of as an entry, and the fault that ends the process too', async () => {
    const does = `
      process.emitWarning('first ?token=planted', 'OddWarning')
      setTimeout(() => { throw new Error('last') })`
    const { lines, code } = await written({ level: 'info' }, does)
    expect(code).toBe(1)
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, warning: 'OddWarning', msg: 'first ?token=[redacted]' },
      {
        level: 60,
        err: { message: 'last', stack: expect.stringContaining('Error: last') as string },
      },
    ])
  })

  it('says why it ends even when it is silent, and is text when log.format says so', async () => {
    const does = `log.info({}, 'not this'); lastWords({}, 'but this')`
    const silent = await written({ level: 'silent' }, does)
    expect(silent.lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { msg: 'but this' },
    ])
    const asText = await written({ level: 'info', format: 'text' }, does)
    expect(asText.lines.map((line) => line.replace(/^\S+Z /, ''))).toEqual([
      'INFO  not this',
      'FATAL but this',
    ])
  })

  it('is read by a person as text: fields in a row, lists and stacks below', () => {
    const time = Date.UTC(2026, 10, 29, 12)
    const entry = {
      level: 40,
      time,
      port: 1,
      signal: 'SIGHUP',
      words: 'two words',
      msg: 'so it is',
    }
    const row = '2026-11-29T12:00:00.000Z WARN  so it is port=1 signal=SIGHUP words="two words"\n'
    expect(entryAsText(JSON.stringify(entry))).toBe(row)
    const more = { ...entry, faults: ['one', 'other'], err: { stack: 'Error: x\n    at y' } }
    expect(entryAsText(JSON.stringify(more))).toBe(`${row}  one\n  other\n  Error: x\n      at y\n`)
  })
})
