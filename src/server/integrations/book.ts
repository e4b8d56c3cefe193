import type { MemberId } from '../../protocol/ids.ts'
import type { IntegrationStore, StoredIntegration } from '../hub/integrations-port.ts'
import type { FanOut, Log } from '../hub/ports.ts'

/** Every integration the session ever had, kept at hand: the hub asks at each message who is a program. */
export interface Book {
  get(id: MemberId): StoredIntegration | undefined
  all(): Iterable<StoredIntegration>
  /** Stores it, and tells the other nodes. */
  save(integration: StoredIntegration): Promise<void>
  close(): void
}

export async function openBook(ports: {
  readonly store: IntegrationStore
  readonly fanOut: FanOut
  readonly log: Log
  /** Something in it is another now. */
  readonly changed: () => void
}): Promise<Book> {
  const { store, fanOut, log, changed } = ports
  const read = async () => new Map((await store.all()).map((each) => [each.id, each]))
  let kept = await read()
  let reading: Promise<void> | undefined
  let isStale = false

  async function reload(): Promise<void> {
    while (isStale) {
      isStale = false
      try {
        kept = await read()
        changed()
      } catch (fault) {
        log.warn({ fault: String(fault) }, 'integrations could not be read')
      }
    }
    reading = undefined
  }

  // Of this node and of others: made, changed or taken away, perhaps while others could not be heard.
  const unsubscribe = fanOut.subscribe((signal) => {
    if (signal.kind !== 'admin' && signal.kind !== 'restored') return
    isStale = true
    reading ??= reload()
  })

  return {
    get: (id) => kept.get(id),
    all: () => kept.values(),
    async save(integration) {
      await store.save(integration)
      kept.set(integration.id, integration)
      fanOut.publish({ kind: 'admin' })
      changed()
    },
    close: unsubscribe,
  }
}
