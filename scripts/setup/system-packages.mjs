import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { capture, tail } from '../lib/run.mjs'
import { longStep, say, SetupFailure } from '../lib/say.mjs'

const libraries =
  'libgtk-3-0 libnss3 libasound2 libgbm1 libatk-bridge2.0-0 libdrm2 libxkbcommon0 libxcomposite1 libxdamage1 libxrandr2 libxfixes3 libcups2 libpango-1.0-0 libcairo2'.split(
    ' ',
  )
const display = ['xvfb', 'xauth']
/** Screenshots and the interface's languages need letters to draw. */
const fonts = 'fonts-dejavu-core fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji'.split(' ')
const compiler = ['g++', 'make', 'python3']
/** Tests give each computer of theirs a network of its own. Only the administrator can make those. */
const namespaces = ['iproute2', 'nftables']
/** Tests of several nodes start their own, with folders and ports of their own. */
const servers = ['postgresql', 'redis-server']
/** Check deploy/compose against Compose's schema, without a daemon, and deploy/service-fabric against ours. */
const checkers = ['docker-compose', 'libxml2-utils']
/** Debian starts a server once it is installed, unless this file says no. */
const startPolicy = '/usr/sbin/policy-rc.d'

export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/**
 * Linux only: what Electron and a windowless run need. On Debian and Ubuntu as root it is installed here
 * and named; otherwise the one line to run is printed.
 */
export async function provideSystemPackages({ headless, mayBuild, networks }) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/dpkg-query')) return
  const wanted = [
    ...libraries,
    ...(headless ? [...display, ...fonts] : []),
    ...(mayBuild ? compiler : []),
    ...(networks && process.getuid?.() === 0 ? [...namespaces, ...servers, ...checkers] : []),
  ]
  const missing = await notInstalled(wanted)
  if (missing.length === 0) return
  const line = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0) {
    throw new SetupFailure({
      what: `${missing.length} system packages are missing`,
      why: `Electron needs ${missing.join(', ')}, and only the administrator may install packages`,
      todo: `sudo sh -c '${line}'`,
    })
  }
  say(`• missing system packages: ${missing.join(' ')}`)
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const result = await longStep('installing them with apt-get', () =>
    withoutStarting(() => capture('sh', ['-c', line], { env: environment })),
  )
  if (result.code === 0) return
  throw new SetupFailure({
    what: 'apt-get could not install the missing system packages',
    why: tail(result.output, 6),
    todo: `run it by hand and see what it says: ${line}`,
  })
}

/** Installs without starting what is installed: nobody asked for servers that run on this machine. */
async function withoutStarting(install) {
  const isOurs = !existsSync(startPolicy)
  if (isOurs) writeFileSync(startPolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return await install()
  } finally {
    if (isOurs) rmSync(startPolicy, { force: true })
  }
}

/** Newer Debian and Ubuntu renamed libraries when time became 64 bits wide: libgtk-3-0t64. */
async function notInstalled(names) {
  const asked = names.flatMap((name) => [name, `${name}t64`])
  const query = await capture('dpkg-query', [
    '-W',
    '-f',
    '${db:Status-Abbrev} ${Package}\n',
    ...asked,
  ])
  const installed = new Set(
    query.stdout
      .split('\n')
      .filter((line) => line.startsWith('ii'))
      .map((line) => line.slice(2).trim()),
  )
  const missing = names.filter((name) => !installed.has(name) && !installed.has(`${name}t64`))
  if (missing.length === 0) return []
  const renamed = await capture('apt-cache', ['pkgnames'])
  const known = new Set(renamed.stdout.split('\n'))
  return missing.map((name) => (known.has(`${name}t64`) ? `${name}t64` : name))
}
