import type { Credential, Hello, Proof } from '../../protocol/client-messages.ts'
import { proofText } from '../../protocol/device-proof.ts'
import { CloseCode, type ErrorCode } from '../../protocol/errors.ts'
import type { DeviceId, MemberId } from '../../protocol/ids.ts'
import { negotiateVersion, SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import type { DefaultRoom } from './default-room.ts'
import type { HubOptions } from './options.ts'
import type { People } from './people.ts'
import type { FanOut, Log, Clock, Secrets, Store } from './ports.ts'
import type { Bearer, Comer, Entry, Newcomer, StoredMember, Ticket } from './registry-port.ts'
import type { TokenStay } from './token-stays.ts'
import type { Tries, Try } from './tries.ts'
import type { Vouching } from './vouching.ts'

export type Verdict =
  | { readonly kind: 'admitted'; readonly member: StoredMember; readonly token?: TokenStay }
  /** A host or moderator decides; `admitWaiting` goes on. */
  | {
      readonly kind: 'waiting'
      readonly newcomer: Newcomer
      readonly role: StoredMember['role']
      readonly token?: TokenStay
    }
  | Rejection

export interface Rejection {
  readonly kind: 'rejected'
  readonly code: ErrorCode
  readonly message: string
  readonly close: CloseCode
  readonly versions?: number[]
  /** Whose the bearer token is that was shown (I13). */
  readonly member?: { readonly id: MemberId; readonly name: string }
}

export interface Greeting {
  readonly kind: 'challenge'
  readonly version: number
  /** To be signed. */
  readonly nonce: string
}

/** Somebody a door knows by its own means; the proof is the door's business. */
export interface Vouched {
  readonly member: { readonly id: MemberId; readonly name: string }
  readonly device: { readonly id: DeviceId; readonly name: string }
  readonly ticket: Extract<Ticket, { kind: 'vouched' }>
  /** Where a bearer token says so: they stay as long as it is good. */
  readonly token?: TokenStay | undefined
  /** Whether they are whoever that token belongs to, and `member` only until it does (I13). */
  readonly isBearer?: boolean
  /** The token of an invite they brought along. */
  readonly invite?: string | undefined
}

/** What a credential comes to. */
interface Shown {
  readonly ticket: Ticket
  /** A bearer's stay ends with their token, however well their device is known. */
  readonly token?: TokenStay
  readonly bearer?: Bearer
}

export interface Admission {
  /** Looks at what needs no proof. */
  greet(hello: Hello): Greeting | Rejection
  /** `isThere`: whether the connection is; without it nothing is looked up any more. */
  admit(
    hello: Hello,
    nonce: string,
    proof: Proof,
    from: { readonly address: string; isThere(): boolean },
  ): Promise<Verdict>
  admitVouched(vouched: Vouched): Promise<Verdict>
  /** Of somebody who waited and whom `by` let in. */
  admitWaiting(newcomer: Newcomer, by: MemberId): Promise<Verdict>
}

export interface AdmissionPorts {
  readonly store: Pick<Store, 'session' | 'registry'>
  readonly fanOut: FanOut
  readonly defaultRoom: DefaultRoom
  readonly people: Pick<People, 'has' | 'nameOf' | 'roleOf'>
  readonly tries: Tries
  readonly vouching: Vouching
  readonly doorMember: ((subject: string) => MemberId) | undefined
  readonly clock: Clock
  readonly secrets: Secrets
  readonly log: Log
  readonly options: Pick<HubOptions, 'admission' | 'channel' | 'maxMembers' | 'requireToken'>
}

/** Forgetting them costs nothing while nobody guesses. */
const MAX_TRUSTED = 50_000

/** Decides who may come in (I1 to I8), and sees that everyone who does is in the default group, guests not. */
export function createAdmission(ports: AdmissionPorts): Admission {
  const { store, fanOut, people, defaultRoom, tries, vouching, doorMember } = ports
  const { clock, secrets, log, options } = ports
  const { registry } = store
  /** Keys of devices that were let in: they are not stopped by what others of their address do (I12). */
  const trusted = new Map<DeviceId, string>()

  function trust({ device }: Hello): void {
    if (trusted.size >= MAX_TRUSTED) trusted.clear()
    trusted.set(device.id, device.key)
  }

  const isKnownAs = ({ id, name, role }: StoredMember): boolean =>
    people.has(id) && people.nameOf(id) === name && people.roleOf(id) === role

  function isProven({ member, device }: Hello, nonce: string, signature: string): boolean {
    const { channel } = options
    const text = proofText({ session: store.session.id, channel, nonce, member, device })
    return secrets.verify(device.key, text, signature)
  }

  function isOperators(secret: string): boolean {
    return options.admission.kind === 'secret' && secrets.equal(secret, options.admission.secret)
  }

  async function ticketOf(credential: Credential | undefined): Promise<Shown | Rejection> {
    switch (credential?.kind) {
      case undefined:
        return { ticket: { kind: 'none' } }
      case 'secret': {
        if (isOperators(credential.secret)) return { ticket: { kind: 'operator' } }
        return { ticket: { kind: 'invite', tokenHash: secrets.hash(credential.secret) } }
      }
      case 'link':
        return { ticket: { kind: 'link', tokenHash: secrets.hash(credential.token) } }
      case 'token': {
        const vouched = await vouching.of(credential.token)
        if (vouched.kind === 'fault') return reject(vouched.code, vouched.message)
        const { role, by, endsAt, subject, tokenId } = vouched
        const bearer = bearerOf(subject, doorMember?.(subject), credential.invite)
        return {
          ticket: { kind: 'vouched', role, by },
          token: { endsAt, subject, tokenId },
          bearer,
        }
      }
    }
  }

  function bearerOf(
    subject: string,
    atDoors: MemberId | undefined,
    invite: string | undefined,
  ): Bearer {
    return {
      subject: secrets.hash(subject),
      doorMember: atDoors,
      inviteHash: invite === undefined ? undefined : secrets.hash(invite),
    }
  }

  /** The answer of the registry, once everybody knows of it and the room is theirs. */
  async function settle(entry: Entry, newcomer: Newcomer | undefined): Promise<Verdict> {
    if (entry.kind === 'refused') {
      const { code, message, member } = entry
      return { ...reject(code, message), ...(member === undefined ? {} : { member }) }
    }
    if (entry.kind === 'approval-needed') {
      if (newcomer === undefined) throw new Error('somebody known needs no approval')
      return { kind: 'waiting', newcomer, role: entry.role }
    }
    const { member, isNew } = entry
    if (isNew || !isKnownAs(member)) fanOut.publish({ kind: 'member', member })
    if (isNew) fanOut.publish({ kind: 'admin' })
    return { kind: 'admitted', member }
  }

  async function enterRooms(verdict: Verdict, device: DeviceId): Promise<Verdict> {
    if (verdict.kind !== 'admitted' || verdict.member.role === 'guest') return verdict
    return (await defaultRoom.join(verdict.member.id, device)) === 'joined' ? verdict : unavailable
  }

  /** Whatever the store could not do is told as `unavailable`, so that the client comes again. */
  async function orUnavailable(work: () => Promise<Verdict>): Promise<Verdict> {
    try {
      return await work()
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'the store could not admit a member')
      return unavailable
    }
  }

  const newcomerOf = (comer: Comer, ticket: Ticket): Newcomer => ({
    ...comer,
    ticket,
    isOpen: options.admission.kind === 'open',
    maxMembers: options.maxMembers,
  })

  /** The try has come to its end; the store could not be asked, for one, is no guess. */
  function count(begun: Try | undefined, code: ErrorCode | undefined, address: string): void {
    if (code !== 'unauthorized' && code !== 'bad-proof') return begun?.right()
    if (begun === undefined) tries.wrong(address)
    else begun.wrong()
  }

  async function look(hello: Hello, nonce: string, proof: Proof): Promise<Verdict> {
    if (!isProven(hello, nonce, proof.signature)) {
      const words = 'The challenge is not signed with this device’s key for this host.'
      return reject('bad-proof', words)
    }
    const { id, name } = hello.member
    const { id: deviceId, name: deviceName, key } = hello.device
    if (options.requireToken && proof.credential?.kind !== 'token') {
      return reject('token-needed', 'This server asks for a bearer token.')
    }
    const shown = await ticketOf(proof.credential)
    if ('code' in shown) return shown
    const comer: Comer = {
      member: { id, name },
      device: { id: deviceId, name: deviceName, key },
      at: clock.now(),
      bearer: shown.bearer,
    }
    const known = await registry.checkIn(comer)
    const newcomer = newcomerOf(comer, shown.ticket)
    const entry = known.kind === 'newcomer' ? await registry.register(newcomer) : known
    return withStay(await settle(entry, newcomer), shown.token)
  }

  return {
    greet(hello) {
      const version = negotiateVersion(hello.versions)
      if (version === undefined) {
        const words = `This server speaks version ${SUPPORTED_VERSIONS.join(', ')}.`
        return {
          ...reject('unsupported-version', words),
          close: CloseCode.unsupportedVersion,
          versions: [...SUPPORTED_VERSIONS],
        }
      }
      if (hello.session !== undefined && hello.session !== store.session.id) {
        return reject('other-session', 'This server serves another session.')
      }
      return { kind: 'challenge', version, nonce: secrets.nonce() }
    },

    async admit(hello, nonce, proof, { address, isThere }) {
      const isTrusted = trusted.get(hello.device.id) === hello.device.key
      const begun = isTrusted ? undefined : await tries.begin(address, isThere)
      if (!isTrusted && begun === undefined) {
        return reject('rate-limited', 'Too many wrong tries from this address. Wait a minute.')
      }
      return orUnavailable(async () => {
        let verdict: Verdict | undefined
        try {
          verdict = await look(hello, nonce, proof)
        } finally {
          // Before the rooms: others of a crowd wait for this one's place.
          count(begun, verdict?.kind === 'rejected' ? verdict.code : undefined, address)
        }
        if (verdict.kind === 'admitted') trust(hello)
        return enterRooms(asSpoken(verdict, hello), hello.device.id)
      })
    },

    admitVouched: ({ member, device, ticket, token, isBearer, invite }) =>
      orUnavailable(async () => {
        const comer: Comer = {
          member,
          device: { ...device, key: null },
          at: clock.now(),
          numberName: true,
          ...(token === undefined || isBearer !== true
            ? {}
            : { bearer: bearerOf(token.subject, member.id, invite) }),
        }
        const known = await registry.checkIn(comer)
        const newcomer = newcomerOf(comer, ticket)
        const entry = known.kind === 'newcomer' ? await registry.register(newcomer) : known
        return withStay(await enterRooms(await settle(entry, newcomer), device.id), token)
      }),

    admitWaiting: (newcomer, by) =>
      orUnavailable(async () => {
        const entry = await registry.register({ ...newcomer, at: clock.now() }, by)
        return enterRooms(await settle(entry, newcomer), newcomer.device.id)
      }),
  }
}

function withStay(verdict: Verdict, token: TokenStay | undefined): Verdict {
  return verdict.kind === 'rejected' || token === undefined ? verdict : { ...verdict, token }
}

/** Who speaks version 2 knows one word for all of this. */
function asSpoken(verdict: Verdict, { versions }: Hello): Verdict {
  if (verdict.kind !== 'rejected' || (negotiateVersion(versions) ?? 0) > 2) return verdict
  const isNewer = verdict.code === 'token-needed' || verdict.code === 'token-expired'
  return isNewer ? { ...verdict, code: 'unauthorized' } : verdict
}

export function reject(code: ErrorCode, message: string): Rejection {
  return { kind: 'rejected', code, message, close: closeCodeOf(code) }
}

/** Of a rejection, where it is not simply «not admitted». */
const CLOSE_CODES: Partial<Record<ErrorCode, CloseCode>> = {
  removed: CloseCode.banned,
  banned: CloseCode.banned,
  'session-full': CloseCode.tryAgainLater,
  unavailable: CloseCode.tryAgainLater,
  'rate-limited': CloseCode.rateLimited,
}

function closeCodeOf(code: ErrorCode): CloseCode {
  return CLOSE_CODES[code] ?? CloseCode.unauthorized
}

const unavailable: Verdict = reject('unavailable', 'The server cannot store anything now.')
