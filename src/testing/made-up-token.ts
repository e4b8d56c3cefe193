/** The shape of a JWT that ends then (milliseconds since 1970), signed by nobody: for clients, which do not check it. */
export function tokenEnding(endsAt: number, more: Readonly<Record<string, unknown>> = {}): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'HS256' })}.${part({ exp: endsAt / 1_000, ...more })}.c2lnbmF0dXJl`
}
