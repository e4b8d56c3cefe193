/** A real server with a real key, for tests of layers that may not know servers. */
import { type RunningServer, type ServerOptions, startServer } from '../server/start-server.ts'
import { fingerprintOfKey, keepHostKey, makeHostKey } from '../server/tls/host-key.ts'

export interface TestKey {
  /** PEM. */
  readonly privateKey: string
  readonly fingerprint: string
}

export function newHostKey(): TestKey {
  const privateKey = makeHostKey()
  return { privateKey, fingerprint: fingerprintOfKey(privateKey) }
}

/** The key that a headless server keeps in its data folder; made there the first time. */
export function hostKeyIn(dataDir: string): TestKey {
  const kept = keepHostKey(dataDir)
  if (kept.kind === 'fault') throw new Error(kept.message)
  return { privateKey: kept.privateKey, fingerprint: fingerprintOfKey(kept.privateKey) }
}

/** A session on a free port of this computer. */
export async function serveSession(
  dataDir: string,
  secret: string,
  tls: ServerOptions['tls'],
): Promise<RunningServer> {
  const server = await startServer(
    {
      ...{ dataDir, host: '127.0.0.1', port: 0, sessionName: 'Field Station' },
      admission: { kind: 'secret', secret },
      tls,
    },
    { info() {}, warn() {} },
  )
  if (server.kind === 'failed') throw new Error(server.message)
  return server
}
