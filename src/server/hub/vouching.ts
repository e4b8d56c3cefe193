import type { ErrorCode } from '../../protocol/errors.ts'
import type { Role } from '../../protocol/roles.ts'

/** Says who is behind a bearer token, where the server takes those. */
export interface Vouching {
  of(token: string): Promise<
    | {
        readonly kind: 'vouched'
        readonly role: Role
        /** For the audit log: who vouches. */
        readonly by: string
        readonly subject: string
        /** By which this one token can be revoked. */
        readonly tokenId?: string | undefined
        /** Milliseconds since 1970. */
        readonly endsAt: number
        /** Everything the token says, for those who hand it on; never for deciding anything. */
        readonly claims?: Readonly<Record<string, unknown>> | undefined
      }
    | { readonly kind: 'fault'; readonly code: ErrorCode; readonly message: string }
  >
}

export const noVouching: Vouching = {
  of: async () => ({
    kind: 'fault',
    code: 'unauthorized',
    message: 'This server takes no bearer tokens.',
  }),
}
