import { DEFAULT_SETTINGS, type Registry } from '../../hub/registry-port.ts'
import { checkIn, ensureOwner, register } from './admit.ts'
import { record } from './audit.ts'
import { unbindToken } from './bearers.ts'
import { createInvite, revokeInvite } from './invites.ts'
import { changeSettings, forgetDevice, setRole, setStanding } from './moderate.ts'
import type { InRegistry } from './tables.ts'

/** The registry of a store: its rules, each run as one transaction of the store's. */
export function createRegistry(inRegistry: InRegistry): Registry {
  return {
    settings: () =>
      inRegistry(function* (tables) {
        return (yield* tables.settings()) ?? DEFAULT_SETTINGS
      }),
    invites: () =>
      inRegistry(function* (tables) {
        return (yield* tables.invites()).filter(({ kind }) => kind === 'invite')
      }),
    devicesOf: (member) => inRegistry((tables) => tables.devicesOf(member)),
    memberOfSubject: (subject) => inRegistry((tables) => tables.memberOfSubject(subject)),
    audit: (before, limit) => inRegistry((tables) => tables.auditBefore(before, limit)),

    checkIn: (comer) => inRegistry((tables) => checkIn(tables, comer)),
    register: (newcomer, approvedBy) =>
      inRegistry((tables) => register(tables, newcomer, approvedBy)),
    ensureOwner: (owner, at) => inRegistry((tables) => ensureOwner(tables, owner, at)),

    setRole: (...args) => inRegistry((tables) => setRole(tables, ...args)),
    setStanding: (...args) => inRegistry((tables) => setStanding(tables, ...args)),
    changeSettings: (...args) => inRegistry((tables) => changeSettings(tables, ...args)),
    createInvite: (...args) => inRegistry((tables) => createInvite(tables, ...args)),
    revokeInvite: (...args) => inRegistry((tables) => revokeInvite(tables, ...args)),
    forgetDevice: (...args) => inRegistry((tables) => forgetDevice(tables, ...args)),
    unbindToken: (...args) => inRegistry((tables) => unbindToken(tables, ...args)),
    note: (deed) =>
      inRegistry(function* (tables) {
        yield* record(tables, deed)
      }),
  }
}
