/**
 * Limits of the wire that inputs tell people about. Only types cross from the protocol into the window,
 * so each number is repeated here and the compiler refuses it when the protocol's one changes.
 */
import type { MAX_WEBHOOK_URL_LENGTH } from '../protocol/integrations.ts'
import type {
  MAX_INVITE_LABEL_LENGTH,
  MAX_MEMBER_NAME_LENGTH,
  MAX_PASSPHRASE_LENGTH,
  MAX_ROOM_NAME_LENGTH,
  MAX_SESSION_NAME_LENGTH,
  MAX_TEXT_LENGTH,
  MAX_TOKEN_LENGTH,
  MAX_TOPIC_LENGTH,
  MIN_PASSPHRASE_LENGTH,
} from '../protocol/limits.ts'

export const TEXT_LENGTH: typeof MAX_TEXT_LENGTH = 16_383
export const ROOM_NAME_LENGTH: typeof MAX_ROOM_NAME_LENGTH = 80
export const TOPIC_LENGTH: typeof MAX_TOPIC_LENGTH = 250
export const MEMBER_NAME_LENGTH: typeof MAX_MEMBER_NAME_LENGTH = 80
export const SESSION_NAME_LENGTH: typeof MAX_SESSION_NAME_LENGTH = 80
export const INVITE_LABEL_LENGTH: typeof MAX_INVITE_LABEL_LENGTH = 80
export const WEBHOOK_URL_LENGTH: typeof MAX_WEBHOOK_URL_LENGTH = 2_000
export const TOKEN_LENGTH: typeof MAX_TOKEN_LENGTH = 8_192
export const PASSPHRASE_LENGTH: {
  readonly least: typeof MIN_PASSPHRASE_LENGTH
  readonly most: typeof MAX_PASSPHRASE_LENGTH
} = { least: 8, most: 128 }
