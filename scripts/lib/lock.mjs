import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cacheDir } from './paths.mjs'
import { say } from './say.mjs'

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Two set-ups of one clone at a time would delete each other's files: the second waits for the first. */
export async function withLock(name, work) {
  const lock = join(cacheDir, `${name}.lock`)
  mkdirSync(cacheDir, { recursive: true })
  let told = false
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owner = Number(readOwner(lock))
    // An interrupted set-up leaves its lock behind; its owner is gone, so the lock is void.
    if (!owner || !alive(owner)) rmSync(lock, { force: true })
    else {
      if (!told)
        say(`• another set-up of this folder is running (process ${owner}); waiting for it`)
      told = true
      await delay(250)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function readOwner(lock) {
  try {
    return readFileSync(lock, 'utf8')
  } catch {
    return ''
  }
}
