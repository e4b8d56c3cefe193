/** Entry of the utility process that hosts a LAN session; also runs under `child_process.fork` in tests. */
import { type EmbeddedStart, type FromEmbedded, toEmbeddedSchema } from './embedded-messages.ts'
import { lineLog } from './ops/line-log.ts'
import { openParentPort } from './ops/parent-port.ts'
import { type RunningServer, startServer } from './start-server.ts'

const SAMPLE_MS = 1_000
const FAILED = 1
/** Label of the invite that the session's link is made of. */
const FIRST_INVITE = 'first'

const parent = openParentPort<FromEmbedded>(process)
const log = lineLog((line) => process.stderr.write(line), Date.now)
let state:
  | { readonly kind: 'waiting' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'serving'; readonly server: RunningServer; readonly stopSampling: () => void }
  | { readonly kind: 'stopping' } = { kind: 'waiting' }

parent.onMessage((data) => {
  const message = toEmbeddedSchema.safeParse(data)
  if (!message.success) {
    log.warn({ fault: message.error.message }, 'the app sent a message that is not known')
  } else if (message.data.kind === 'stop') {
    void stop(message.data.reason)
  } else if (state.kind === 'waiting') {
    state = { kind: 'starting' }
    void start(message.data)
  }
})
// An app that was killed cannot say stop. Nobody could end this process then, so it ends itself.
parent.onGone(() => void stop('restart'))

async function start(options: EmbeddedStart): Promise<void> {
  const { dataDir, host, port, fallbackPort, name: sessionName, sessionId, privateKey } = options
  const { owner, firstInvite: token, doors } = options
  try {
    const server = await startServer(
      {
        ...{ dataDir, host, port, sessionName, sessionId },
        fallbackPort: fallbackPort === true,
        admission: { kind: 'invites' },
        pairing: true,
        owner: { owner, firstInvite: { token, label: FIRST_INVITE, role: 'member' } },
        tls: { kind: 'host-key', privateKey },
        // Whoever switches them on in an open session wants clients in that know no key and no token.
        // On a LAN every target of a webhook is in a private network.
        ...(doors === undefined
          ? {}
          : {
              doors: { ...doors, names: true },
              integrations: { enabled: true, allowPrivateTargets: true },
            }),
      },
      log,
    )
    if (server.kind === 'failed') {
      return fail(server.code === 'port-in-use' ? 'port-in-use' : 'server-failed', server.message)
    }
    // Told to stop while it was starting: `stop` waits for nothing then.
    if (state.kind === 'stopping') {
      await server.stop()
      return process.exit(0)
    }
    state = { kind: 'serving', server, stopSampling: sample(server) }
    const { url, session } = server
    parent.send({
      kind: 'ready',
      port: server.port,
      url,
      sessionId: session.id,
      sessionName: session.name,
      portChanged: server.portChanged,
      notice: server.notice(),
    })
  } catch (fault) {
    fail('server-failed', fault instanceof Error ? fault.message : String(fault))
  }
}

function fail(code: Extract<FromEmbedded, { kind: 'failed' }>['code'], message: string): void {
  parent.send({ kind: 'failed', code, message })
  // Lets the message leave; a process that exits at once may take it along.
  setTimeout(() => process.exit(FAILED), 100)
}

async function stop(reason: 'restart' | 'stopped' = 'stopped'): Promise<void> {
  const before = state
  if (before.kind === 'stopping') return
  state = { kind: 'stopping' }
  if (before.kind === 'starting') return
  if (before.kind === 'serving') {
    before.stopSampling()
    await before.server.stop(reason)
  }
  process.exit(0)
}

function sample(server: RunningServer): () => void {
  let storageBytes = 0
  let delivered = server.meter.get('writes-committed')
  const timer = setInterval(() => {
    const total = server.meter.get('writes-committed')
    void server.storageBytes().then(
      (bytes) => (storageBytes = bytes),
      (fault: unknown) => log.warn({ fault: String(fault) }, 'the log could not be measured'),
    )
    parent.send({
      kind: 'sample',
      people: server.onlinePeople(),
      messagesPerSecond: ((total - delivered) * 1_000) / SAMPLE_MS,
      queuedBytes: server.queuedBytes(),
      commitMs: server.meter.takeMean('commit-ms'),
      devices: [...server.devices()],
      notice: server.notice(),
      storageBytes,
    })
    delivered = total
  }, SAMPLE_MS)
  return () => clearInterval(timer)
}
