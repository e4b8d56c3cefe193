import { defaultHubOptions } from './hub/options.ts'
import type { LiveSettings } from './ops/options/live-settings.ts'
import type { Settings } from './ops/options/settings.ts'
import type { ServerOptions } from './start-server.ts'

/** What an operator's settings say of the server itself; those of keys, stores and watching are read by their owners. */
export function serverOptionsOf(
  settings: Settings,
  live: LiveSettings,
): Omit<ServerOptions, 'admission'> {
  const { host, port, dataDir, sessionName, doors, plainDoor, integrations } = settings
  return {
    ...{ host, port, dataDir, sessionName, integrations },
    doors: { ...doors, plainDoor },
    receiveBufferSize: settings.receiveBufferSize,
    hub: {
      connections: live.connections,
      frameBytes: settings.maxMessageSize,
      heartbeat: {
        ...defaultHubOptions.heartbeat,
        intervalMs: settings.keepAliveIntervalSeconds * 1_000,
      },
      requireToken: settings.requireAuthentication,
      writes: live.writes,
      typing: live.typing,
      history: live.history,
      addressWrites: live.address.messages,
      wrongTries: live.address.wrongCredentials,
    },
    door: {
      maxFrameBytes: settings.maxMessageSize,
      closeTimeoutMs: settings.closeTimeoutSeconds * 1_000,
      allowedOrigins: settings.allowedOrigins,
      compression: settings.enableCompression,
    },
  }
}
