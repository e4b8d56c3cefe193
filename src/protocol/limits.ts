/** Sizes fixed by the wire itself. Limits an operator may change arrive in `welcome.limits`. */

/** Longest message text, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 16_383
/** Longest frame either side may send, in bytes. */
export const MAX_FRAME_BYTES = 1_048_576
/** Longest room name, in UTF-16 code units. */
export const MAX_ROOM_NAME_LENGTH = 80
export const MAX_TOPIC_LENGTH = 250
export const MAX_MEMBER_NAME_LENGTH = 80
export const MAX_DEVICE_NAME_LENGTH = 80
export const MAX_SESSION_NAME_LENGTH = 80
/** Longest reaction, in UTF-16 code units: a family emoji with skin tones takes up to 41. */
export const MAX_EMOJI_LENGTH = 64
/** Most people named in one `create-room`, `open-direct` or `add-members`. */
export const MAX_MEMBERS_PER_REQUEST = 500
/** Most messages in one history page. Pages are also cut at `MAX_PAGE_BYTES`. */
export const MAX_PAGE_MESSAGES = 100
/** A page or a batch of events stops growing at about this many bytes, so that it fits a frame. */
export const MAX_PAGE_BYTES = 262_144
/** Most cursors in one `sync`: a device in more rooms than this sends several. */
export const MAX_CURSORS = 5_000
/** Longest missed range that is sent as events (D10); a longer one is answered with `reset`. */
export const DEFAULT_RECOVERY_LIMIT = 500
/** Longest label of an invite, in UTF-16 code units. */
export const MAX_INVITE_LABEL_LENGTH = 80
/** Invites a session keeps, ended ones included; the oldest ended ones make room. */
export const MAX_INVITES = 200
/** Entries in one page of the audit log. */
export const MAX_AUDIT_ENTRIES = 100
/** Devices of one member. */
export const MAX_DEVICES_PER_MEMBER = 16
/** People who may wait for approval at once. */
export const MAX_WAITING = 100
export const MIN_PASSPHRASE_LENGTH = 8
export const MAX_PASSPHRASE_LENGTH = 128
/** Longest bearer token, in characters. */
export const MAX_TOKEN_LENGTH = 8_192
/** Longest life of an invite that expires, in milliseconds: a year. */
export const MAX_INVITE_LIFE_MS = 31_536_000_000
