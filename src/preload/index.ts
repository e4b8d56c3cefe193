import { contextBridge, ipcRenderer } from 'electron'
import type {
  AppEvent,
  Bridge,
  COMMAND_CHANNEL as CommandChannel,
  EVENT_CHANNEL as EventChannel,
} from '../ipc/contract.ts'

/**
 * Builds `window.landline` from the contract, nothing else: the only user of `ipcRenderer`. The page
 * cannot name a channel, and what it names as a command is checked in the main process.
 */
// The names are repeated, since importing them would pull the schemas into the preload script; their
// types keep them equal.
const COMMAND_CHANNEL: typeof CommandChannel = 'landline:command'
const EVENT_CHANNEL: typeof EventChannel = 'landline:events'

const bridge: Bridge = {
  invoke: (name, args) => ipcRenderer.invoke(COMMAND_CHANNEL, name, args),
  onEvents(listener) {
    // The event object gives access to the sender and stays on this side.
    const relay = (_event: unknown, events: readonly AppEvent[]): void => listener(events)
    ipcRenderer.on(EVENT_CHANNEL, relay)
    return () => ipcRenderer.off(EVENT_CHANNEL, relay)
  },
}

contextBridge.exposeInMainWorld('landline', bridge)
