import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { isIP } from 'node:net'
import { isPrivateAddress } from './private-addresses.ts'

const TIMEOUT_MS = 10_000

export type Sent =
  | { readonly kind: 'taken' }
  /** Words for the operator's log; the answer's body is not read. */
  | { readonly kind: 'failed'; readonly why: string }

/** Posts to where a webhook's maker wants it. Never rejects; follows no redirect. */
export interface Sender {
  send(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<Sent>
  /** Why nothing is sent there at all; undefined when it may be, as far as the URL itself tells. */
  refuse(url: URL): string | undefined
  /** Gives up what is on its way. */
  close(): void
}

type Lookup = (
  host: string,
  options: { readonly all: true },
  done: (fault: Error | null, addresses: LookupAddress[]) => void,
) => void

export function createSender(options: {
  readonly allowPrivate: boolean
  readonly lookup?: Lookup
  readonly timeoutMs?: number
}): Sender {
  const { allowPrivate, lookup = systemLookup as Lookup, timeoutMs = TIMEOUT_MS } = options

  const closing = new AbortController()

  function refuse(url: URL): string | undefined {
    if (url.username !== '' || url.password !== '') return 'The URL holds a name or a password.'
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Only http and https.'
    const host = hostOf(url)
    if (allowPrivate || isIP(host) === 0 || !isPrivateAddress(host)) return undefined
    return 'The address is in a private network, which the operator has to allow.'
  }

  /** What is connected to is what was checked: a name that means something else a moment later gains nothing. */
  function checkedLookup(
    host: string,
    asked: { readonly all?: boolean },
    done: (fault: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void {
    lookup(host, { all: true }, (fault, addresses) => {
      if (fault !== null) return done(fault, [])
      const allowed = addresses.filter(({ address }) => allowPrivate || !isPrivateAddress(address))
      const [first] = allowed
      if (first === undefined) {
        return done(new Error(`${host} leads into a private network`), [])
      }
      if (asked.all === true) done(null, allowed)
      else done(null, first.address, first.family)
    })
  }

  return {
    refuse,
    close: () => closing.abort(),
    send: (url, headers, body) =>
      new Promise((resolve) => {
        const failed = (why: string): void => resolve({ kind: 'failed', why })
        const refusal = refuse(url)
        if (refusal !== undefined) return failed(refusal)
        const post = url.protocol === 'https:' ? secureRequest : plainRequest
        const bytes = Buffer.from(body)
        const outgoing = post(url, {
          method: 'POST',
          headers: { ...headers, 'Content-Length': String(bytes.length) },
          lookup: checkedLookup as never,
          // Each by itself: a connection that was kept could have been opened to what is not allowed any more.
          agent: false,
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]),
        })
        outgoing.on('response', (response) => {
          const status = response.statusCode ?? 0
          response.destroy()
          if (status >= 200 && status < 300) resolve({ kind: 'taken' })
          else failed(`answered ${status}`)
        })
        outgoing.on('error', (fault) => failed(fault.message))
        // Whatever else ends it, such as a change of protocol, which is not waited for.
        outgoing.on('close', () => failed('was ended without an answer'))
        outgoing.end(bytes)
      }),
  }
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')
