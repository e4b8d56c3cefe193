import type { IncomingMessage } from 'node:http'
import type { MemberId } from '../../../protocol/ids.ts'
import { memberNameSchema } from '../../../protocol/records.ts'
import { bearerOf } from '../../auth/bearer.ts'
import type { VerifyToken } from '../../auth/verify-token.ts'
import { subjectOf } from '../../auth/vouching-of-tokens.ts'
import type { Tries } from '../../hub/tries.ts'
import type { GuestIdentity } from '../guests.ts'
import type { NameIds } from './name-ids.ts'

/** Connections one person may have through the doors at the same time. */
const MAX_PLACES = 16

export type Person = Omit<GuestIdentity, 'deviceId' | 'deviceName'> & {
  /** Whether a token says so; a name on an open server is only a name. */
  readonly isAuthenticated: boolean
  /** Came without a token and a name: gets one with a number when entering. */
  readonly isAnonymous: boolean
}

export interface NotIdentified {
  readonly kind: 'refused'
  readonly status: 400 | 401 | 429 | 503
  readonly message: string
}

/** Who is at the door. Takes a request's token, or its name where the server is open to everybody. */
export interface Identify {
  whoIs(
    request: IncomingMessage,
    options?: {
      /** Knows those without a token and a name by the cookie `sessionId`, as games have it. */
      readonly byCookie: boolean
    },
  ): Promise<{ readonly kind: 'person'; readonly person: Person } | NotIdentified>
  /** Gives the connection a device id of its own, until it is released. */
  enter(person: Person, deviceName: string): Entered | NotIdentified
}

export interface Entered {
  readonly kind: 'entered'
  readonly identity: GuestIdentity
  leave(): void
}

export function createIdentify(ports: {
  readonly ids: NameIds
  readonly verifyToken: VerifyToken | undefined
  readonly tries: Pick<Tries, 'begin'>
  readonly addressOf: (request: IncomingMessage) => string
  /** Whether names are believed, as on a server started with `--open`. */
  readonly isOpen: () => boolean
}): Identify {
  const { ids, verifyToken, tries, addressOf, isOpen } = ports
  const places = new Map<MemberId, Set<number>>()

  async function byToken(token: string, invite: string | undefined): ReturnType<Identify['whoIs']> {
    if (verifyToken === undefined) return refuse(401, 'This server takes no bearer tokens.')
    const verdict = await verifyToken(token)
    if (verdict.kind === 'fault') {
      return refuse(verdict.code === 'unavailable' ? 503 : 401, verdict.message)
    }
    const { issuer, subject, tokenId, expiresAt } = verdict
    const memberId = verdict.member ?? ids.bearerMember(issuer, subject)
    const person = {
      memberId,
      name: nameFrom(verdict.name) ?? nameFrom(verdict.subject) ?? `member ${memberId.slice(0, 8)}`,
      roles: verdict.roles,
      claims: verdict.all,
      vouchedBy: `token of ${verdict.issuer === '' ? 'the server' : verdict.issuer}`.slice(0, 200),
      isAuthenticated: true,
      isAnonymous: false,
      token: { endsAt: expiresAt, subject: subjectOf(issuer, subject), tokenId },
      isBearer: verdict.member === undefined,
      invite,
    }
    return { kind: 'person', person }
  }

  /** A token that is being looked at has a place among those that may be wrong (I12). */
  async function inPlace(
    address: string,
    isWanted: () => boolean,
    look: () => ReturnType<Identify['whoIs']>,
  ): ReturnType<Identify['whoIs']> {
    const attempt = await tries.begin(address, isWanted)
    if (attempt === undefined) {
      return refuse(429, 'Too many wrong tokens came from this address.')
    }
    let isWrong = false
    try {
      const who = await look()
      isWrong = who.kind === 'refused' && who.status === 401
      return who
    } finally {
      if (isWrong) attempt.wrong()
      else attempt.right()
    }
  }

  function byName(name: string, isAnonymous: boolean): Awaited<ReturnType<Identify['whoIs']>> {
    const memberId = ids.openMember(name)
    return { kind: 'person', person: { ...unproven, memberId, name, isAnonymous } }
  }

  function byCookie(cookie: string): Awaited<ReturnType<Identify['whoIs']>> {
    const memberId = ids.cookieMember(cookie)
    const name = `player-${memberId.slice(0, 8)}`
    return { kind: 'person', person: { ...unproven, memberId, name, isAnonymous: false } }
  }

  /** The lowest number nobody has now, so that a session does not fill up with people who came once. */
  function anonymous(): Pick<Person, 'memberId' | 'name'> {
    for (let number = 1; ; number++) {
      const name = `anonymous-${number}`
      const memberId = ids.openMember(name)
      if (!places.has(memberId)) return { memberId, name }
    }
  }

  return {
    async whoIs(request, options) {
      const token = bearerOf(request)
      const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '')
      if (token !== undefined) {
        const invite = query.get('invite')?.slice(0, 512)
        const isThere = (): boolean => !request.socket.destroyed
        return inPlace(addressOf(request), isThere, () => byToken(token, invite))
      }
      if (!isOpen()) return refuse(401, 'A bearer token is needed.')
      const wanted = query.get('user')
      if (wanted === null || wanted === '') {
        const cookie = options?.byCookie === true ? sessionCookie(request) : undefined
        return cookie === undefined ? byName('anonymous', true) : byCookie(cookie)
      }
      const name = memberNameSchema.safeParse(wanted.trim())
      return name.success
        ? byName(name.data, false)
        : refuse(400, 'The name in «user» must be one line of 1 to 80 characters.')
    },

    enter(person, deviceName) {
      const { roles, claims, vouchedBy, token, isBearer, invite } = person
      const { memberId, name } = person.isAnonymous ? anonymous() : person
      const taken = places.get(memberId) ?? new Set()
      let place = 1
      while (taken.has(place)) place++
      if (place > MAX_PLACES) {
        return refuse(429, `One person may have at most ${MAX_PLACES} connections.`)
      }
      taken.add(place)
      places.set(memberId, taken)
      return {
        kind: 'entered',
        identity: {
          memberId,
          deviceId: ids.device(memberId, place),
          deviceName,
          name,
          roles,
          claims,
          vouchedBy,
          token,
          isBearer: isBearer === true,
          invite,
        },
        leave() {
          taken.delete(place)
          if (taken.size === 0 && places.get(memberId) === taken) places.delete(memberId)
        },
      }
    },
  }
}

const unproven = {
  roles: [],
  claims: {},
  vouchedBy: 'name at the door',
  isAuthenticated: false,
}

function refuse(status: NotIdentified['status'], message: string): NotIdentified {
  return { kind: 'refused', status, message }
}

function sessionCookie({ headers }: IncomingMessage): string | undefined {
  const [, value] = /(?:^|;)\s*sessionId=([^;\s]{1,200})/.exec(headers.cookie ?? '') ?? []
  return value
}

/** Names of tokens come from elsewhere: what can be shown of them is. */
function nameFrom(text: string): string | undefined {
  const line = text
    .replaceAll(/[\u0000-\u001F\u007F\s]+/gu, ' ')
    .trim()
    .slice(0, 80)
    .trim()
  const name = memberNameSchema.safeParse(line)
  return name.success ? name.data : undefined
}
