import { generateKeyPairSync } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import WebSocket from 'ws'
import { z } from 'zod'
import type { HostTrust } from '../../client/connection/host-trust.ts'
import type { Target } from '../../client/connection/secure-connection.ts'
import type { Hello } from '../../protocol/client-messages.ts'
import { deviceIdSchema, memberIdSchema } from '../../protocol/ids.ts'
import { SUBPROTOCOL, SUPPORTED_VERSIONS } from '../../protocol/version.ts'
import { open } from './dial.ts'
import type { Refusal } from './dial.ts'

export type Greeting =
  /** The upgrade was refused with this HTTP status. */
  | { readonly kind: 'no-upgrade'; readonly status: number }
  /** The wire is spoken. `version`: the one both sides speak; null when the server did not say. */
  | { readonly kind: 'spoken'; readonly version: number | null }
  | { readonly kind: 'no-version'; readonly theirs: readonly number[] }
  /** It is a WebSocket, but what came is nothing Landline says. */
  | { readonly kind: 'strange'; readonly detail: string }
  | Refusal

/** As much of an answer as matters here: older and newer servers are to be understood too. */
const answerSchema = z.object({
  type: z.string(),
  code: z.string().optional(),
  version: z.number().optional(),
  versions: z.array(z.number()).optional(),
})

/**
 * Goes through the door as a member would, as far as it goes without becoming one: it never proves who it is,
 * and says no secret. Whatever is answered tells the version.
 */
export async function greet(
  target: Target,
  trust: HostTrust,
  signal: AbortSignal,
): Promise<Greeting> {
  const opened = await open(target, trust, signal)
  if (opened.kind === 'refused') return opened
  const shown = target.host.includes(':') ? `[${target.host}]` : target.host
  const scheme = trust.kind === 'none' ? 'ws' : 'wss'
  return new Promise((done) => {
    const socket = new WebSocket(`${scheme}://${shown}:${target.port}/ws`, SUBPROTOCOL, {
      createConnection: () => opened.socket as import('node:net').Socket,
      perMessageDeflate: false,
      maxPayload: 65_536,
      followRedirects: false,
    })
    const end = (greeting: Greeting): void => {
      done(greeting)
      socket.terminate()
    }
    signal.addEventListener('abort', () => socket.terminate(), { once: true })
    socket.on('unexpected-response', (_request, response) =>
      end({ kind: 'no-upgrade', status: response.statusCode ?? 0 }),
    )
    socket.on('error', (error) =>
      end({ kind: 'refused', code: 'code' in error ? String(error.code) : error.message }),
    )
    socket.on('close', (code) => end({ kind: 'strange', detail: `it hung up (${code})` }))
    socket.on('open', () => socket.send(JSON.stringify(hello())))
    socket.on('message', (data) => {
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : ''
      end(understood(text))
    })
  })
}

/** Of nobody: the server answers with a challenge, which is never met, so that nothing of it is kept. */
function hello(): Hello {
  const { publicKey } = generateKeyPairSync('ed25519')
  return {
    type: 'hello',
    versions: [...SUPPORTED_VERSIONS],
    member: { id: memberIdSchema.parse(uuidv7()), name: 'Landline doctor' },
    device: {
      id: deviceIdSchema.parse(uuidv7()),
      name: 'doctor',
      key: publicKey.export({ format: 'jwk' }).x ?? '',
    },
  }
}

function understood(text: string): Greeting {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return { kind: 'strange', detail: 'its first words were no JSON' }
  }
  const parsed = answerSchema.safeParse(raw)
  if (!parsed.success) return { kind: 'strange', detail: 'its first words were no message' }
  const { code, version, versions } = parsed.data
  if (code === 'unsupported-version') return { kind: 'no-version', theirs: versions ?? [] }
  return { kind: 'spoken', version: version ?? null }
}
