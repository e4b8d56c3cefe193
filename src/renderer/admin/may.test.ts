import { expect, test } from 'vitest'
import { isModerator, mayActOn, mayGive, roleSchema } from '../../protocol/roles.ts'
import * as window from './may.ts'

const ROLES = roleSchema.options

test('[I9] the window offers exactly what the session allows', () => {
  for (const actor of ROLES) {
    expect(window.isModerator(actor)).toBe(isModerator(actor))
    for (const target of ROLES) expect(window.mayActOn(actor, target)).toBe(mayActOn(actor, target))
    expect(window.givableRoles(actor)).toEqual(ROLES.filter((role) => mayGive(actor, role)))
  }
})
