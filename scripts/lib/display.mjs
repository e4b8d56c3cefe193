import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { hasDisplay } from '../setup/system-packages.mjs'
import { say, SetupFailure } from './say.mjs'

/**
 * On Linux without a display, starts Xvfb (it picks a free number) and returns what a program needs to
 * draw on it. `stop` ends it; where a display exists both do nothing.
 */
export async function provideDisplay() {
  if (hasDisplay()) return { environment: {}, stop: () => {} }
  say('• no display here: windows are drawn on a virtual one (Xvfb) that nobody sees')
  const { name, stop } = await startVirtualDisplay()
  return { environment: { DISPLAY: name, LANDLINE_VIRTUAL_DISPLAY: '1' }, stop }
}

/**
 * The same with one more virtual display, so that two workers of the end-to-end tests have a clipboard each.
 * On a real display, which people use at the same time, there is one worker.
 */
export async function provideTestDisplays() {
  const first = await provideDisplay()
  const { DISPLAY } = first.environment
  if (DISPLAY === undefined || availableParallelism() < 2) return first
  const second = await startVirtualDisplay()
  return {
    environment: { ...first.environment, LANDLINE_E2E_DISPLAYS: `${DISPLAY} ${second.name}` },
    stop() {
      first.stop()
      second.stop()
    },
  }
}

async function startVirtualDisplay() {
  const child = spawn(
    'Xvfb',
    // Without -noreset it starts anew when its last client leaves, and refuses whoever comes in that moment.
    ['-displayfd', '3', '-noreset', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    },
  )
  let complaint = ''
  child.stderr.on('data', (text) => (complaint += text))
  const number = await new Promise((resolve, reject) => {
    const failed = (why) =>
      reject(
        new SetupFailure({
          what: 'the virtual display did not start',
          why: why || complaint.trim() || 'Xvfb ended at once',
          todo: 'install it (Debian: apt-get install xvfb) or set DISPLAY to a real one',
        }),
      )
    child.on('error', (error) => failed(error.message))
    child.on('exit', () => failed(''))
    child.stdio[3].once('data', (text) => resolve(String(text).trim()))
  })
  const stop = () => child.kill()
  // Whatever ends this script ends the display too.
  process.once('exit', stop)
  child.unref()
  return { name: `:${number}`, stop }
}

/** Electron's sandbox refuses to run as root; an ordinary user keeps it. */
export const sandboxArguments = () =>
  process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
