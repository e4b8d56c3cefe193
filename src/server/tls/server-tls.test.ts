import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { companyCertificate, selfSigned } from '../../testing/certificates.ts'
import { fingerprintOfKey, makeHostKey } from './host-key.ts'
import { namesOf, prepareTls, readTlsFiles } from './server-tls.ts'

const DAY_MS = 86_400_000
const privateKey = makeHostKey()

describe('what a server proves itself with', () => {
  let folder: string
  let now: number
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'landline-tls-'))
    now = Date.UTC(2026, 10, 22)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  async function prepare(key = privateKey) {
    const prepared = await prepareTls({ kind: 'host-key', privateKey: key }, folder, () => now)
    if (prepared.kind === 'fault') throw new Error(prepared.message)
    return prepared
  }

  it('[T4] is renewed while it runs, a month before its end and not sooner, under the same key', async () => {
    const { material, fingerprint, renew } = await prepare()
    const first = new X509Certificate(material.cert)
    expect(fingerprint).toBe(fingerprintOfKey(privateKey))
    expect(first.verify(first.publicKey)).toBe(true)
    now = Date.parse(first.validTo) - 30 * DAY_MS
    expect(await renew()).toBeNull()
    now += 1_000
    const renewed = await renew()
    expect(renewed?.key).toBe(privateKey)
    const second = new X509Certificate(renewed?.cert ?? '')
    expect(second.publicKey.equals(first.publicKey)).toBe(true)
    expect(second.serialNumber).not.toBe(first.serialNumber)
    expect(Date.parse(second.validTo) - now).toBe(397 * DAY_MS)
    // What was renewed is what the next start shows.
    expect((await prepare()).material.cert).toBe(renewed?.cert)
  })

  it('[T4] is made anew when the kept certificate is damaged, another key’s or not valid yet', async () => {
    const file = join(folder, 'tls-certificate.pem')
    const kept = (await prepare()).material.cert
    expect((await prepare()).material.cert).toBe(kept)
    const foreign = selfSigned(makeHostKey())
    const early = selfSigned(privateKey, { from: now + DAY_MS - Date.now(), to: 900 * DAY_MS })
    for (const bad of ['', 'nonsense', foreign, early]) {
      writeFileSync(file, bad)
      const { material } = await prepare()
      expect(material.cert).not.toBe(bad)
      expect(new X509Certificate(material.cert).publicKey.export({ format: 'jwk' })).toEqual(
        new X509Certificate(kept).publicKey.export({ format: 'jwk' }),
      )
    }
  })

  it('fails in words when the certificate cannot be kept', async () => {
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file where the folder should be')
    const prepared = await prepareTls({ kind: 'host-key', privateKey }, folder, () => now)
    expect(prepared).toMatchObject({
      kind: 'fault',
      message: expect.stringContaining('The certificate cannot be used') as unknown,
    })
  })

  it('[T7] is a company’s own where there is one, with the names it is for', async () => {
    const { key, cert } = companyCertificate('chat.example.org')
    expect(namesOf(cert)).toEqual(['chat.example.org'])
    expect(namesOf(companyCertificate('*.example.org').cert)).toEqual([])
    writeFileSync(join(folder, 'key'), key)
    writeFileSync(join(folder, 'cert'), cert)
    const files = readTlsFiles(join(folder, 'key'), join(folder, 'cert'))
    if (files.kind === 'fault') throw new Error(files.message)
    const prepared = await prepareTls(files, folder, () => now)
    expect(prepared).toMatchObject({ kind: 'prepared', fingerprint: null, material: { key, cert } })
    expect(readTlsFiles(join(folder, 'missing'), join(folder, 'cert')).kind).toBe('fault')
  })
})
