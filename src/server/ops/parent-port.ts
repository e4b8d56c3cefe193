/** The part of Electron's `process.parentPort` that is used; this code never imports electron. */
interface ElectronParentPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  postMessage(message: unknown): void
}

export interface ParentPort<Outgoing> {
  send(message: Outgoing): void
  onMessage(listener: (data: unknown) => void): void
  /** The process that started this one is gone. */
  onGone(listener: () => void): void
}

/** The app's main process, or whoever forked this one. Throws when there is neither. */
export function openParentPort<Outgoing>(host: NodeJS.Process): ParentPort<Outgoing> {
  // Electron's types, where they are loaded, say that it is always there; it is not.
  const { parentPort } = host as unknown as { parentPort?: ElectronParentPort | null }
  if (parentPort !== undefined && parentPort !== null) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => void parentPort.on('message', ({ data }) => listener(data)),
      onGone: (listener) => void parentPort.on('close', listener),
    }
  }
  if (host.send === undefined) {
    throw new Error('this entry is started by the app; use headless.ts to serve without it')
  }
  return {
    send(message) {
      // The parent may go at any moment; then there is nobody to be told.
      if (host.connected) host.send?.(message, () => {})
    },
    onMessage: (listener) => void host.on('message', listener),
    onGone: (listener) => void host.on('disconnect', listener),
  }
}
