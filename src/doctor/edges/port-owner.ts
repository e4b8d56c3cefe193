import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import type { RunCommand } from './run-command.ts'

/**
 * The name of the program that listens on a TCP port, as far as the system tells this person; null when it
 * does not.
 */
export async function ownerOfPort(
  port: number,
  platform: NodeJS.Platform,
  run: RunCommand,
  signal: AbortSignal,
): Promise<string | null> {
  if (platform === 'linux') return ownerOnLinux(port, signal)
  if (platform === 'darwin') {
    const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fc']
    const answer = await run('lsof', args, signal)
    return answer.kind === 'ended' ? (/^c(.+)$/m.exec(answer.output)?.[1] ?? null) : null
  }
  if (platform !== 'win32') return null
  const listening = await run('netstat', ['-ano', '-p', 'TCP'], signal)
  if (listening.kind !== 'ended') return null
  const pid = new RegExp(`:${port}\\s+\\S+:0\\s+\\S+\\s+(\\d+)`).exec(listening.output)?.[1]
  if (pid === undefined) return null
  const tasks = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], signal)
  return tasks.kind === 'ended' ? (/^"([^"]+)"/m.exec(tasks.output)?.[1] ?? null) : null
}

/** State of a listening socket in the kernel's tables. */
const LISTEN = '0A'

async function ownerOnLinux(port: number, signal: AbortSignal): Promise<string | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  )
  const inodes = new Set(
    tables.flatMap((table) =>
      table.split('\n').flatMap((line) => {
        const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
        const matches = state === LISTEN && Number.parseInt(local.split(':')[1] ?? '', 16) === port
        return matches && inode !== undefined ? [`socket:[${inode}]`] : []
      }),
    ),
  )
  if (inodes.size === 0) return null
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of processes) {
    if (signal.aborted) return null
    // Other people's processes may not be looked into, and any may end meanwhile.
    const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
    const links = await Promise.all(
      files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')),
    )
    if (!links.some((link) => inodes.has(link))) continue
    // The name a program gives its first thread says little: Node's is `MainThread`.
    const program = await readlink(`/proc/${pid}/exe`).catch(() => '')
    return basename(program.replace(/ \(deleted\)$/, '')) || null
  }
  return null
}
