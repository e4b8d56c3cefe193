import { decodeServerMessage } from '../../protocol/codec.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type {
  AdminSnapshot,
  ServerMessageOf,
  SessionFacts,
} from '../../protocol/server-messages.ts'
import type { Connection } from '../connection/connection.ts'
import type { Logger } from '../logger.ts'
import type { Delivery } from './inbox.ts'

export interface FrameTakers {
  /** The handshake and signs of life. */
  readonly input: Connection['input']
  readonly rejected: (message: ServerMessageOf<'rejected'>) => void
  readonly session: (facts: SessionFacts) => void
  readonly admin: (snapshot: AdminSnapshot) => void
  readonly refused: (ref: number, code: ErrorCode) => void
  /** To be taken into the replica at the end of the turn. */
  readonly delivery: (message: Delivery) => void
  readonly logger: Logger
}

/** Says where each message of the server goes. */
export function takeFrame(text: string, to: FrameTakers): void {
  const decoded = decodeServerMessage(text)
  if (decoded.kind === 'fault') {
    // A newer server may say what this version does not know; the log heals what matters (D9).
    to.logger.warn('frame not understood', { type: decoded.type, reason: decoded.message })
    return
  }
  const { message } = decoded
  switch (message.type) {
    case 'challenge':
      return to.input({ kind: 'challenge', nonce: message.nonce })
    case 'waiting':
      return to.input({ kind: 'approval' })
    case 'welcome':
      return to.input({ kind: 'welcome', welcome: message })
    case 'rejected':
      to.logger.warn('handshake rejected', { code: message.code, reason: message.message })
      return to.rejected(message)
    case 'bye': {
      const { reconnectAfterMs, reason } = message
      return to.input({ kind: 'bye', reconnectAfterMs, reason })
    }
    case 'pong':
      return to.input({ kind: 'pong', nonce: message.nonce })
    case 'error':
      to.logger.warn('the server did not accept a frame', { code: message.code })
      if (message.ref !== undefined) to.refused(message.ref, message.code)
      // Requests and bearer tokens are numbered apart, and each knows its own.
      return to.input({ kind: 'token-fault', code: message.code, ref: message.ref })
    case 'session':
      return to.session(message.session)
    case 'admin':
      return to.admin(message)
    case 'token-taken':
      return to.input({ kind: 'token-taken', expiresAt: message.expiresAt, ref: message.ref })
    case 'command-list':
      // The answer to what this client does not ask.
      return
    case 'plan':
    case 'people':
    case 'events':
    case 'reset':
    case 'room-gone':
    case 'synced':
    case 'ack':
    case 'refused':
    case 'held':
    case 'done':
    case 'carried-out':
    case 'page':
    case 'directory':
    case 'invite':
    case 'audit-page':
    case 'link-code':
    case 'device-list':
    case 'integration':
    case 'integration-list':
    case 'failed':
    case 'reads':
    case 'typing':
      return to.delivery(message)
  }
}
