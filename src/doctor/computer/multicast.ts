import type { DnsPacket, Link, Network } from '../../discovery/network.ts'
import { SERVICE, SERVICE_KINDS, lower } from '../../discovery/names.ts'
import { failed, ok, skipped, warning } from '../report.ts'
import type { Finding } from '../report.ts'

export interface MulticastPorts {
  /** As discovery uses it, so that what is tried here is what discovery does. */
  readonly network: Network
  readonly clock: { after(ms: number, run: () => void): () => void }
  /** Makes our packet unlike any other. */
  readonly token: string
  /** UDP on port 5353 cannot be used there: the link with the system's code. */
  readonly troubles: () => readonly { readonly link: string; readonly code: string }[]
}

/** Packets get lost: asked three times, as discovery does. */
const ASK_AT_MS = [0, 400, 1_000]
/** Enough for answers, which may take their time, when our own packets are back. */
const CONTENT_MS = 1_000
const LISTEN_MS = 2_000

export const MULTICAST_FIX =
  'Allow UDP port 5353 in and out in the firewall of this computer; until then people join by invite link or address.'

/**
 * Sends a DNS-SD question on every link and listens for it to come back. That shows what this computer lets
 * out and in; answers of others show that the network carries it.
 */
export function checkMulticast(ports: MulticastPorts, signal: AbortSignal): Promise<Finding> {
  const { network, clock } = ports
  const marker = `landline-doctor-${ports.token}.local`
  const asked = new Set<Link>()
  const heard = new Set<string>()
  const others = new Set<string>()

  return new Promise((resolve) => {
    const timers: (() => void)[] = []
    const stopListening = network.listen({
      packet(packet, link, from) {
        if (isOurs(packet, marker)) heard.add(link.key)
        else if (packet.kind === 'response' && !isOwnAddress(network, from)) others.add(from)
      },
      linksChanged: (added) => added.forEach(ask),
    })
    // A link that is ready only now is asked from the beginning.
    function ask(link: Link): void {
      if (asked.has(link)) return
      asked.add(link)
      for (const ms of ASK_AT_MS) timers.push(clock.after(ms, () => link.send(question(marker))))
    }
    network.links().forEach(ask)
    const end = (finding: Finding): void => {
      for (const cancel of timers) cancel()
      stopListening()
      resolve(finding)
    }
    const found = (): void => end(judge([...asked], heard, others.size, ports.troubles()))
    timers.push(
      clock.after(CONTENT_MS, () => {
        const works = asked.size > 0 && [...asked].every(({ key }) => heard.has(key))
        if (works && ports.troubles().length === 0) found()
      }),
      clock.after(LISTEN_MS, found),
    )
    signal.addEventListener('abort', () => end(skipped('Stopped.')), { once: true })
  })
}

function question(marker: string): DnsPacket {
  return {
    kind: 'query',
    questions: [
      { name: SERVICE, type: 'PTR' },
      { name: SERVICE_KINDS, type: 'PTR' },
      { name: marker, type: 'ANY' },
    ],
    known: [],
  }
}

const isOurs = (packet: DnsPacket, marker: string): boolean =>
  packet.kind === 'query' && packet.questions.some(({ name }) => lower(name) === marker)

const isOwnAddress = (network: Network, from: string): boolean =>
  network.links().some(({ addresses }) => addresses.includes(from))

export function judge(
  asked: readonly Link[],
  heard: ReadonlySet<string>,
  others: number,
  troubles: readonly { readonly link: string; readonly code: string }[],
): Finding {
  const keys = asked.map(({ key }) => key)
  const silent = keys.filter((key) => !heard.has(key))
  const trouble = troubles.map(({ link, code }) => `${link} (${code})`).join(', ')
  const answers =
    others === 0
      ? 'Nobody else answered, which is normal when no other device announces anything.'
      : `${others} other ${others === 1 ? 'device' : 'devices'} answered.`
  if (keys.length === 0 && troubles.length === 0) {
    return failed(
      'There is no network on which sessions could be announced or found.',
      'Connect a network cable or join a Wi-Fi network.',
    )
  }
  if (heard.size === 0) {
    const where = [...silent, ...(trouble === '' ? [] : [trouble])].join(', ')
    return failed(
      `The computer’s own announcement does not come back: multicast is blocked on ${where}.`,
      MULTICAST_FIX,
    )
  }
  const works = keys.filter((key) => heard.has(key)).join(', ')
  if (silent.length === 0 && trouble === '') return ok(`Works on ${works}. ${answers}`)
  const not = [...silent, ...(trouble === '' ? [] : [trouble])].join(', ')
  return warning(`Works on ${works}, but not on ${not}. ${answers}`, MULTICAST_FIX)
}
