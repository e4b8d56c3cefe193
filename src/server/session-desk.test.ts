import { describe, expect, it } from 'vitest'
import { offersCodes } from './session-desk.ts'

describe('codes of a headless server', () => {
  it('[T8] are offered where they prove a key that every node of the session has', () => {
    const ownKey = { kind: 'host-key', privateKey: '' } as const
    const company = { kind: 'certificate', privateKey: '', certificate: '' } as const
    const offers = [false, true].map((isShared) =>
      [undefined, ownKey, company].map((tls) => offersCodes(tls, isShared)),
    )
    expect(offers).toEqual([
      [false, true, false],
      [false, false, true],
    ])
  })
})
