/** Entry of the utility process that hosts a LAN session; also runs under `child_process.fork` in tests. */
import { type EmbeddedStart, type FromEmbedded, toEmbeddedSchema } from './embedded-messages.ts'
import { lineLog } from './ops/line-log.ts'
import { openParentPort } from './ops/parent-port.ts'
import { type RunningServer, startServer } from './start-server.ts'

const SAMPLE_MS = 1_000
const FAILED = 1

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
    void stop()
  } else if (state.kind === 'waiting') {
    state = { kind: 'starting' }
    void start(message.data)
  }
})
// An app that was killed cannot say stop. Nobody could end this process then, so it ends itself.
parent.onGone(() => void stop())

async function start(options: EmbeddedStart): Promise<void> {
  const { dataDir, host, port, fallbackPort, name: sessionName, secret, sessionId } = options
  const { privateKey } = options
  try {
    const server = await startServer(
      {
        ...{ dataDir, host, port, sessionName, sessionId },
        fallbackPort: fallbackPort === true,
        admission: { kind: 'secret', secret },
        tls: { kind: 'host-key', privateKey },
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

async function stop(): Promise<void> {
  const before = state
  if (before.kind === 'stopping') return
  state = { kind: 'stopping' }
  if (before.kind === 'starting') return
  if (before.kind === 'serving') {
    before.stopSampling()
    await before.server.stop()
  }
  process.exit(0)
}

function sample(server: RunningServer): () => void {
  let delivered = server.meter.get('writes-committed')
  const timer = setInterval(() => {
    const total = server.meter.get('writes-committed')
    parent.send({
      kind: 'sample',
      people: server.onlinePeople(),
      messagesPerSecond: ((total - delivered) * 1_000) / SAMPLE_MS,
      queuedBytes: server.queuedBytes(),
      commitMs: server.meter.takeMean('commit-ms'),
      devices: [...server.devices()],
    })
    delivered = total
  }, SAMPLE_MS)
  return () => clearInterval(timer)
}
