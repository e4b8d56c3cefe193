import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, sep } from 'node:path'
import { readJson } from '../lib/files.mjs'
import { root } from '../lib/paths.mjs'
import { capture, tail } from '../lib/run.mjs'
import { longStep, say, SetupFailure } from '../lib/say.mjs'

const oldestNode = 20
const modules = join(root, 'node_modules')

export function checkNode() {
  if (Number(process.versions.node.split('.')[0]) >= oldestNode) return
  throw new SetupFailure({
    what: `Node ${process.versions.node} is too old`,
    why: `set-up itself needs Node ${oldestNode} or newer (it then brings its own Node 24)`,
    todo: 'install Node 24 from https://nodejs.org and run the command again',
  })
}

/** Does this entry of the lock file belong on this machine? */
function wantedHere(entry) {
  // A package may name one system as a plain string, several as a list, or all but one with "!".
  const allows = (names, value) => {
    const list = [names ?? []].flat()
    if (list.length === 0) return true
    return list.every((name) => name.startsWith('!'))
      ? !list.includes(`!${value}`)
      : list.includes(value)
  }
  return allows(entry.os, process.platform) && allows(entry.cpu, process.arch)
}

/**
 * npm writes node_modules/.package-lock.json when it is done, so a missing or different one means that
 * dependencies are absent, out of date, or that an install was interrupted.
 */
export function dependenciesMatchLock() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages
  const present = readJson(join(modules, '.package-lock.json'))?.packages
  if (!wanted || !present) return false
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue
    const installed = present[path]
    // npm leaves out what is optional and made for another system or another C library, with all that
    // only such packages need.
    if (!installed && entry.optional && !(entry.os && !entry.libc && wantedHere(entry))) continue
    if (!installed || installed.version !== entry.version) return false
    if (entry.integrity && installed.integrity && entry.integrity !== installed.integrity)
      return false
  }
  return existsSync(join(modules, 'electron', 'package.json'))
}

/** npm must not run on the Node inside the node_modules it is about to delete. */
function outsideEnvironment() {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes(`${sep}node_modules${sep}.bin`))
    .join(delimiter)
  return { ...process.env, PATH: path, NODE_ENV: '' }
}

function npmCommand() {
  const insideProject = process.execPath.startsWith(modules)
  const cli = process.env.npm_execpath
  if (cli?.endsWith('.js') && existsSync(cli)) {
    return { command: insideProject ? 'node' : process.execPath, args: [cli], shell: false }
  }
  const windows = process.platform === 'win32'
  return { command: windows ? 'npm.cmd' : 'npm', args: [], shell: windows }
}

export async function installDependencies() {
  if (dependenciesMatchLock()) return
  const { command, args, shell } = npmCommand()
  const result = await longStep('installing the dependencies of package-lock.json (npm ci)', () =>
    capture(
      command,
      [...args, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'],
      {
        cwd: root,
        shell,
        env: outsideEnvironment(),
      },
    ),
  )
  if (result.code === 0 && dependenciesMatchLock()) return
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/.test(result.output)
  throw new SetupFailure({
    what: 'npm ci did not install the dependencies',
    why: reasons(result.output) || `npm ended with code ${result.code}`,
    todo: offline
      ? 'check the connection to the npm registry (npm ping) and run the same command again'
      : 'run `npm ci` by hand to see all it says, then run the same command again',
  })
}

/** npm says first what is wrong and then, at length, how it is used. */
function reasons(output) {
  const errors = output.split('\n').filter((line) => /^npm (error|ERR!) \S/.test(line))
  return errors.slice(0, 8).join('\n  ') || tail(output)
}

const platformName = process.platform === 'win32' ? 'win' : process.platform
const nodePackages = [
  `node-${platformName}-${process.arch}`,
  `node-bin-${platformName}-${process.arch}`,
]

/**
 * Node 24: from the optional dependency made for this system, or the one that runs this script where
 * the registry has none.
 */
export function findNode24() {
  for (const name of nodePackages) {
    const manifest = join(modules, name, 'package.json')
    if (!existsSync(manifest)) continue
    const { version, bin } = JSON.parse(readFileSync(manifest, 'utf8'))
    const path = join(dirname(manifest), bin.node)
    if (existsSync(path)) return { path, version, headers: dirname(manifest) }
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) {
    return {
      path: process.execPath,
      version: process.versions.node,
      headers: dirname(dirname(process.execPath)),
    }
  }
  throw new SetupFailure({
    what: 'Node 24 is missing',
    why: `the npm registry has no Node 24 for ${process.platform} ${process.arch}, and this is Node ${process.versions.node}`,
    todo: 'install Node 24 from https://nodejs.org and run the command again',
  })
}

/** Puts Node 24 first on the path of everything we start, as npm does for its scripts. */
export function withNode24(node24, environment = process.env) {
  return {
    ...environment,
    PATH: [dirname(node24.path), join(modules, '.bin'), environment.PATH].join(delimiter),
  }
}

export async function checkNode24(node24) {
  const result = await capture(node24.path, ['--version'], { timeoutMs: 20_000 })
  if (result.code === 0) return
  throw new SetupFailure({
    what: `Node ${node24.version} does not run here`,
    why: tail(result.output) || `it ended with code ${result.code}`,
    todo: 'delete node_modules and run the command again; on a system without glibc install Node 24 yourself',
  })
}

export function sayNode(node24) {
  say(`• Node ${node24.version}`)
}
