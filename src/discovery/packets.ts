import type { Answer, Packet, RecordType } from 'dns-packet'
import type { QueryOutgoingPacket, ResponseOutgoingPacket } from 'multicast-dns'
import type { DnsPacket, DnsQuestion, DnsRecord } from './network.ts'

const WANTED: readonly DnsQuestion['type'][] = ['PTR', 'SRV', 'TXT', 'A', 'AAAA', 'ANY']

/** What the library decoded, as far as it concerns us. Undefined for what nobody here needs. */
export function fromWire(packet: Packet): DnsPacket | undefined {
  if (packet.type === 'query') {
    const questions = (packet.questions ?? []).flatMap(({ name, type }) => {
      const asked = WANTED.find((wanted) => wanted === (type as string))
      return asked === undefined ? [] : [{ name, type: asked }]
    })
    return { kind: 'query', questions, known: (packet.answers ?? []).flatMap(recordOf) }
  }
  if (packet.type !== 'response') return undefined
  const answers = [...(packet.answers ?? []), ...(packet.additionals ?? [])]
  return { kind: 'response', records: answers.flatMap(recordOf) }
}

export function queryToWire(packet: Extract<DnsPacket, { kind: 'query' }>): QueryOutgoingPacket {
  return {
    questions: packet.questions.map(({ name, type }) => ({ name, type: type as RecordType })),
    answers: packet.known.map(answerOf),
  }
}

export function responseToWire(
  packet: Extract<DnsPacket, { kind: 'response' }>,
): ResponseOutgoingPacket {
  // The pointer is the answer; the rest saves the asker from asking on (RFC 6763, 12.1).
  const pointers = packet.records.filter(({ type }) => type === 'PTR')
  const others = packet.records.filter(({ type }) => type !== 'PTR')
  return { answers: pointers.map(answerOf), additionals: others.map(answerOf) }
}

function answerOf(record: DnsRecord): Answer {
  const { name, ttl } = record
  switch (record.type) {
    // Others announce sessions as well: pointers are never anybody's alone.
    case 'PTR':
      return { type: 'PTR', name, ttl, data: record.data }
    case 'SRV':
      return { type: 'SRV', name, ttl, flush: true, data: record.data }
    case 'TXT':
      return {
        type: 'TXT',
        name,
        ttl,
        flush: true,
        data: record.data.map((one) => Buffer.from(one)),
      }
    case 'A':
    case 'AAAA':
      return { type: record.type, name, ttl, flush: true, data: record.data }
  }
}

/** Where to dial is in the text: addresses and ports of others are not looked at. */
function recordOf(answer: Answer): DnsRecord[] {
  if (answer.type === 'PTR') {
    return [{ type: 'PTR', name: answer.name, ttl: answer.ttl ?? 0, data: answer.data }]
  }
  if (answer.type !== 'TXT') return []
  const { data } = answer
  const strings = (Array.isArray(data) ? data : [data]).map((one) =>
    typeof one === 'string' ? Buffer.from(one) : one,
  )
  return [{ type: 'TXT', name: answer.name, ttl: answer.ttl ?? 0, data: strings }]
}
