import type { Hello, Proof } from '../../protocol/client-messages.ts'
import { CloseCode } from '../../protocol/errors.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { proofText } from '../../protocol/device-proof.ts'
import { messageIdSchema, roomIdSchema } from '../../protocol/ids.ts'
import { negotiateVersion, SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import type { CommitBatcher, PendingWrite } from './commit-batcher.ts'
import type { HubOptions } from './options.ts'
import type { People } from './people.ts'
import type { Clock, Log, RoomOperation, Secrets, Store, Write } from './ports.ts'
import type { Rooms } from './rooms.ts'

export type Verdict = { readonly kind: 'admitted'; readonly version: number } | Rejection

export interface Rejection {
  readonly kind: 'rejected'
  readonly code: ErrorCode
  readonly message: string
  readonly close: CloseCode
  readonly versions?: number[]
}

export interface Admission {
  /** Looks at what needs no proof. `nonce` is to be signed. */
  greet(
    hello: Hello,
  ): { readonly kind: 'challenge'; readonly version: number; readonly nonce: string } | Rejection
  admit(hello: Hello, nonce: string, proof: Proof): Promise<Verdict>
}

export interface AdmissionPorts {
  readonly store: Pick<Store, 'session' | 'admit'>
  readonly rooms: Rooms
  readonly people: Pick<People, 'has' | 'count'>
  readonly batcher: CommitBatcher
  readonly clock: Clock
  readonly secrets: Secrets
  readonly log: Log
  readonly options: Pick<HubOptions, 'admission' | 'channel' | 'defaultRoomName' | 'maxMembers'>
}

/** Decides who may come in, and sees that everyone who does is in the default group. */
export function createAdmission(ports: AdmissionPorts): Admission {
  const { store, rooms, people, batcher, clock, secrets, log, options } = ports

  function holdsCredential({ credential }: Proof): boolean {
    if (options.admission.kind === 'open') return true
    const shown = credential?.kind === 'secret' ? credential.secret : ''
    // Compared even when nothing was shown, so that the time tells nothing.
    return secrets.equal(shown, options.admission.secret) && credential !== undefined
  }

  async function joinDefaultRoom(hello: Hello): Promise<'joined' | 'unavailable'> {
    const { id: member } = hello.member
    for (;;) {
      const room = rooms.defaultRoom
      if (room?.members.has(member) === true) return 'joined'
      const id = room?.id ?? roomIdSchema.parse(secrets.uuid())
      const operation: RoomOperation =
        room === undefined
          ? {
              kind: 'create',
              roomKind: 'group',
              name: options.defaultRoomName,
              topic: '',
              visibility: 'public',
              isDefault: true,
              members: [member],
            }
          : { kind: 'join', member }
      const write: Write = {
        device: hello.device.id,
        actor: member,
        room: id,
        id: messageIdSchema.parse(room === undefined ? id : secrets.uuid()),
        at: clock.now(),
        operation,
      }
      const result = await new Promise<Parameters<PendingWrite['done']>[0]>((done) =>
        batcher.add({ write, lane: undefined, done }),
      )
      if (result.kind === 'unavailable') return 'unavailable'
      if (result.kind === 'refused') throw new Error(`the default group refused: ${result.message}`)
      // Somebody else may have made it at the same moment; then there is one to join now.
    }
  }

  function isProven({ member, device }: Hello, nonce: string, signature: string): boolean {
    const { channel } = options
    const text = proofText({ session: store.session.id, channel, nonce, member, device })
    return secrets.verify(device.key, text, signature)
  }

  function greet(hello: Hello): ReturnType<Admission['greet']> {
    const version = negotiateVersion(hello.versions)
    if (version === undefined) {
      return {
        ...reject(
          'unsupported-version',
          `This server speaks version ${SUPPORTED_VERSIONS.join(', ')}.`,
        ),
        close: CloseCode.unsupportedVersion,
        versions: [...SUPPORTED_VERSIONS],
      }
    }
    if (hello.session !== undefined && hello.session !== store.session.id) {
      return reject('other-session', 'This server serves another session.')
    }
    return { kind: 'challenge', version, nonce: secrets.nonce() }
  }

  async function admit(hello: Hello, nonce: string, proof: Proof): Promise<Verdict> {
    const greeting = greet(hello)
    if (greeting.kind === 'rejected') return greeting
    const { version } = greeting
    if (!isProven(hello, nonce, proof.signature)) {
      return reject(
        'bad-proof',
        'The challenge is not signed with this device’s key for this host.',
      )
    }
    if (!holdsCredential(proof)) {
      return reject('unauthorized', 'The join secret is missing or wrong.')
    }
    const { id, name } = hello.member
    if (!people.has(id) && people.count() >= options.maxMembers) {
      return {
        ...reject('session-full', `This session has ${options.maxMembers} members, and no more.`),
        close: CloseCode.tryAgainLater,
      }
    }
    try {
      const binding = await store.admit({ id, name, lastSeen: clock.now() }, hello.device)
      if (binding === 'identity-taken') {
        return reject('identity-taken', 'This member or device belongs to somebody else.')
      }
    } catch (fault) {
      log.warn({ fault: String(fault) }, 'the store could not admit a member')
      return unavailable
    }
    const joined = await joinDefaultRoom(hello)
    return joined === 'joined' ? { kind: 'admitted', version } : unavailable
  }

  return { greet, admit }
}

const unavailable: Verdict = {
  ...reject('unavailable', 'The server cannot store anything now.'),
  close: CloseCode.tryAgainLater,
}

function reject(code: ErrorCode, message: string): Extract<Verdict, { kind: 'rejected' }> {
  return { kind: 'rejected', code, message, close: CloseCode.unauthorized }
}
