import { refuse } from '../rules.ts'

export const IDENTITY_TAKEN = refuse(
  'identity-taken',
  'This member or device belongs to somebody else.',
)
export const BANNED = refuse('banned', 'You are banned from this session.')
export const REMOVED = refuse(
  'removed',
  'You were taken out of this session. A new invite lets you in again.',
)
