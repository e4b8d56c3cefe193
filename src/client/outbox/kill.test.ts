import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { clientKit, ROOM, value } from '../../testing/client-kit.ts'
import { seededRandom } from '../../testing/seeded-random.ts'

const WRITER = fileURLToPath(new URL('../../testing/crash-writer.ts', import.meta.url))
const RUNS = 5

/** Runs the writer until it has said about `lines` ids, kills it there, and returns every id it said. */
async function writeAndKill(file: string, run: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, file, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (chunk: string) => {
    said += chunk
    if (said.split('\n').length > lines) child.kill('SIGKILL')
  })
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  return said.split('\n').filter((line) => line.length === 36)
}

it('[D1] kill -9 at any instant loses nothing that was shown as written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'landline-kill-'))
  const file = join(folder, 'session.db')
  const random = seededRandom(7)
  const promised: string[] = []
  try {
    for (let run = 1; run <= RUNS; run++) {
      promised.push(...(await writeAndKill(file, run, random.int(1, 120))))
    }
    const kit = clientKit({ file })
    const shown: string[] = []
    let before: number | undefined
    for (;;) {
      const page = value(await kit.session.timeline(ROOM, { limit: 200, before }))
      shown.unshift(...page.items.map((item) => item.id))
      before = page.items[0]?.order
      if (page.older !== 'more') break
    }
    // The last write of each run may have been stored and not yet said; nothing may be missing or doubled.
    expect(shown.filter((id) => promised.includes(id))).toEqual(promised)
    expect(new Set(shown).size).toBe(shown.length)
    expect(shown.length - promised.length).toBeLessThanOrEqual(RUNS)
    expect(kit.session.view().queued).toBe(shown.length)
    kit.dispose()
    const raw = new Database(file, { readonly: true })
    expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
    raw.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
