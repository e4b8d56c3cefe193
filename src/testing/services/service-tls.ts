import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a server of tests proves itself with, as PEM, and the name of this computer that it is for. */
export interface ServiceTls {
  readonly name: string
  readonly key: string
  readonly cert: string
}

export function writeTls(
  folder: string,
  { key, cert }: ServiceTls,
): { readonly keyFile: string; readonly certFile: string } {
  const [keyFile, certFile] = [join(folder, 'server.key'), join(folder, 'server.crt')]
  writeFileSync(keyFile, key, { mode: 0o600 })
  writeFileSync(certFile, cert)
  chmodSync(certFile, 0o644)
  return { keyFile, certFile }
}
