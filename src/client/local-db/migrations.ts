import { first } from './migrations/001-first.ts'
import { roles } from './migrations/002-roles.ts'

/** In order; a database's `user_version` is how many of them it has. Never change one that was released. */
export const migrations: readonly string[] = [first, roles]
