import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { networkInterfaces } from 'node:os'
import type { GrantedInvite } from '../pairing/messages.ts'
import type { PairingDesk, SessionNotice } from './doors/pairing/pairing-desk.ts'
import { createPairingDoor, type PairingDoor } from './doors/pairing/pairing-door.ts'
import { createSharedTries } from './doors/pairing/shared-tries.ts'
import type { SharedCodes } from './hub/codes-port.ts'
import type { Hub } from './hub/hub.ts'
import type { Pairing } from './hub/pairing.ts'
import type { Clock, Log, Meter } from './hub/ports.ts'
import { reachableAddresses } from './ops/addresses.ts'
import { fingerprintOfKey } from './tls/host-key.ts'
import { namesOf, type ServerTls, type TlsMaterial } from './tls/server-tls.ts'

/**
 * Whether a headless server lets people in by codes: they prove the key of whoever answers. Nodes of one session have one
 * key only where they have one certificate; keys of their own would each be another host to whoever joined by a code.
 * A proxy that says who is behind it ends the encryption with a key of its own: whoever joined would prove that one.
 */
export function offersCodes(
  tls: ServerTls | undefined,
  isShared: boolean,
  trustedProxies: readonly string[],
): boolean {
  return trustedProxies.length === 0 && tls?.kind === (isShared ? 'certificate' : 'host-key')
}

/** Nobody comes in by knowing anything, but whoever asks is told what session this is. */
const noWays: Omit<PairingDesk, 'notice'> = {
  codes: () => Promise.resolve([]),
  passphrase: () => null,
  granted: () => Promise.resolve({ kind: 'refused', code: 'no-code' }),
  exhausted() {},
  guessing() {},
}

/** The door of codes and passphrase before the hub's own. Where they are off it only answers who asks for the session. */
export function openPairing(
  hub: Pick<Hub, 'pairing' | 'session' | 'onlinePeople'>,
  ports: {
    readonly clock: Clock
    readonly meter: Meter
    readonly log: Log
    readonly tls: ServerTls['kind'] | undefined
    /** What new connections are shown now; null without encryption. */
    readonly shown: () => TlsMaterial | null
    readonly addressOf: (request: IncomingMessage) => string
    readonly host: string
    /** Known once the server listens. */
    readonly port: () => number
    /** Where the nodes of the session share them. */
    readonly codes: SharedCodes | undefined
    readonly tokens: SessionNotice['tokens']
  },
): PairingDoor {
  const { pairing, session } = hub
  const { tls, shown, host, port, tokens } = ports
  function fingerprint(): string | null {
    const material = shown()
    return material === null ? null : fingerprintOfKey(material.key)
  }

  function inviteParts(secret: string | undefined): GrantedInvite {
    // An address would not be believed where an authority vouches for names.
    const material = shown()
    const names = tls === 'certificate' && material !== null ? namesOf(material.cert) : []
    const pinned = tls === 'host-key' ? fingerprint() : null
    return {
      name: session.facts().name,
      addresses:
        names.length > 0
          ? names.map((name) => `${name}:${port()}`).slice(0, 16)
          : reachableAddresses(host, port(), networkInterfaces()).slice(0, 16),
      ...(secret === undefined ? {} : { secret }),
      ...(pinned === null ? {} : { fingerprint: pinned }),
      ...(tls === 'certificate' ? { tls: true } : {}),
    }
  }

  const waysOf = (by: Pairing): Omit<PairingDesk, 'notice'> => ({
    codes: by.codes,
    passphrase: () => by.passphrase(),
    async granted(proved) {
      const grant = await by.granted(proved)
      if (grant.kind === 'refused') return grant
      const { secret, member } = grant
      const invite = inviteParts(secret)
      return { kind: 'granted', invite, ...(member === undefined ? {} : { member }) }
    },
    exhausted: (code) => by.exhausted(code),
    guessing: (what, address) => by.guessing(what, address),
  })
  const desk: PairingDesk = {
    notice() {
      const { id, name } = session.facts()
      const { approval, access } = session.shown()
      return { id, name, people: hub.onlinePeople(), approval, open: access === 'open', tokens }
    },
    ...(pairing === undefined ? noWays : waysOf(pairing)),
  }
  const { clock, meter, log, addressOf } = ports
  const random = (count: number): Uint8Array => randomBytes(count)
  const tries =
    ports.codes === undefined
      ? undefined
      : createSharedTries(ports.codes, clock, (code) => desk.exhausted(code))
  return createPairingDoor({
    ...{ desk, clock, meter, log, random, fingerprint, addressOf, tries },
  })
}
