import { isAddress, parseInvite } from '../../protocol/invite.ts'
import { USUAL_PORT } from '../usual-port.ts'
import type { ReachTarget } from './reach-state.ts'

export type ParsedTarget =
  | {
      readonly kind: 'target'
      /** As it may be shown. */
      readonly name: string
      readonly target: ReachTarget
      /** What the text held that no report may show. */
      readonly secrets: readonly string[]
    }
  | { readonly kind: 'fault'; readonly message: string }

/** What a person wrote or pasted: an invite link, `host:port`, or a host alone. */
export function parseTarget(text: string): ParsedTarget {
  const trimmed = text.trim()
  if (/^landline:/i.test(trimmed)) {
    const parsed = parseInvite(trimmed)
    if (parsed.kind === 'fault') return { kind: 'fault', message: parsed.message }
    const { name, addresses, fingerprint, tls, secret } = parsed.invite
    return {
      kind: 'target',
      name,
      target: { addresses, fingerprint, tls },
      secrets: secret === undefined ? [] : [secret],
    }
  }
  const bare = trimmed.replace(/^(wss?|https?):\/\//i, '').replace(/\/.*$/, '')
  const address = [bare, `${bare}:${USUAL_PORT}`, `[${bare}]:${USUAL_PORT}`].find(isAddress)
  if (address === undefined) {
    return {
      kind: 'fault',
      message: 'Write an address such as 192.168.1.20:47800, or paste an invite link.',
    }
  }
  return { kind: 'target', name: address, target: { addresses: [address] }, secrets: [] }
}
