import { type Codes, createCodes } from './codes.ts'
import type { Clock, FanOut, Secrets, Store } from './ports.ts'
import { createSharedCodes } from './shared-codes.ts'

/** In memory for a server by itself; where the store keeps them for all nodes, there. */
export function openCodes(ports: {
  readonly store: Pick<Store, 'codes'>
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly secrets: Pick<Secrets, 'nonce'>
}): Codes {
  const { store, fanOut, ...rest } = ports
  // Told to all nodes: each shows it to the hosts who are there.
  const changed = (): void => fanOut.publish({ kind: 'admin' })
  return store.codes === undefined
    ? createCodes({ ...rest, changed })
    : createSharedCodes({ ...rest, changed, shared: store.codes })
}
