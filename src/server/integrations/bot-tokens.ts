import type { MemberId } from '../../protocol/ids.ts'
import type { TokenClaims, TokenFault, VerifyToken } from '../auth/verify-token.ts'
import type { Book } from './book.ts'
import { BOT_TOKEN_PREFIX, botIdentityOf } from './bot-identity.ts'

/** At each foreign door; a native connection comes on top. */
export const BOT_PLACES = 4

/** Takes bots' tokens where bearer tokens are taken, and hands on what is none. */
export function takeBotTokens(
  others: VerifyToken | undefined,
  ports: {
    readonly book: Pick<Book, 'get'>
    readonly isMember: (member: MemberId) => boolean
  },
): VerifyToken {
  const { book, isMember } = ports
  return async (token) => {
    if (!token.startsWith(BOT_TOKEN_PREFIX)) {
      return others?.(token) ?? fault('This server takes no bearer tokens but those of bots.')
    }
    const { member, device } = botIdentityOf(token)
    const known = book.get(member)
    // Only who knows the token can name ids that are made of it.
    if (known?.what.kind !== 'bot' || known.device !== device || !isMember(member)) {
      return fault('There is no such bot.')
    }
    if (!known.what.scopes.includes('read')) {
      return fault('This bot has not the scope “read”, which this door needs.')
    }
    return {
      ...{ kind: 'claims', issuer: 'bots of this session', subject: member, member },
      ...{ name: known.name, roles: [known.what.role], tokenId: undefined },
      // It is good until the bot is taken away, which ends its connections.
      expiresAt: Number.MAX_SAFE_INTEGER,
      all: { sub: member, name: known.name, scopes: known.what.scopes },
    } satisfies TokenClaims
  }
}

const fault = (message: string): TokenFault => ({ kind: 'fault', code: 'revoked', message })
