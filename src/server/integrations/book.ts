import type { MemberId } from '../../protocol/ids.ts'
import type { IntegrationStore, StoredIntegration } from '../hub/integrations-port.ts'
import type { Clock, FanOut, Log } from '../hub/ports.ts'

const RETRY_MS = 250
const RETRY_MOST_MS = 30_000

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
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
  /** It was read again, or something in it is another now. */
  readonly changed: () => void
  /** Others write to the store who give no signal, such as the command line: it is read again as often as this. */
  readonly everyMs?: number | undefined
}): Promise<Book> {
  const { store, fanOut, clock, log, changed, everyMs } = ports
  const read = async () => new Map((await store.all()).map((each) => [each.id, each]))
  let kept = await read()
  let reading: Promise<void> | undefined
  let isStale = false
  let isClosed = false
  let retryMs = RETRY_MS
  let cancelNext = (): void => {}

  async function reload(): Promise<void> {
    cancelNext()
    while (isStale && !isClosed) {
      isStale = false
      try {
        kept = await read()
      } catch (fault) {
        log.warn({ fault: String(fault), retryMs }, 'integrations could not be read')
        // The signal is gone; nobody would say again that others changed something.
        isStale = true
        beginIn(retryMs)
        retryMs = Math.min(retryMs * 2, everyMs ?? RETRY_MOST_MS)
        break
      }
      retryMs = RETRY_MS
      if (!isClosed) changed()
      beginIn(everyMs)
    }
    reading = undefined
  }
  function beginIn(ms: number | undefined): void {
    cancelNext()
    if (!isClosed && ms !== undefined) cancelNext = clock.after(ms, begin)
  }
  function begin(): void {
    isStale = true
    reading ??= reload()
  }

  beginIn(everyMs)
  // Of this node and of others: made, changed or taken away, perhaps while others could not be heard.
  const unsubscribe = fanOut.subscribe((signal) => {
    if (signal.kind !== 'admin' && signal.kind !== 'restored') return
    begin()
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
    close() {
      isClosed = true
      cancelNext()
      unsubscribe()
    },
  }
}
