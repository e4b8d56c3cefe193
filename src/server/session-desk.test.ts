import { describe, expect, it } from 'vitest'
import { offersCodes } from './session-desk.ts'

describe('codes of a headless server', () => {
  it('[T8] are offered where they prove a key that every node of the session has, and that joiners see', () => {
    const ownKey = { kind: 'host-key', privateKey: '' } as const
    const company = { kind: 'certificate', privateKey: '', certificate: '' } as const
    const offers = (trustedProxies: readonly string[]) =>
      [false, true].map((isShared) =>
        [undefined, ownKey, company].map((tls) => offersCodes(tls, isShared, trustedProxies)),
      )
    expect(offers([])).toEqual([
      [false, true, false],
      [false, false, true],
    ])
    expect(offers(['10.0.0.0/8']).flat()).not.toContain(true)
  })
})
