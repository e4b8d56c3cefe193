import type { IncomingMessage, ServerResponse } from 'node:http'
import type { VerifyToken } from '../auth/verify-token.ts'
import { createNameIds } from '../doors/guest/name-ids.ts'
import type { Hub } from '../hub/hub.ts'
import type { IntegrationDesk, IntegrationHands } from '../hub/integrations-port.ts'
import type { Clock, FanOut, Log, Secrets, Store } from '../hub/ports.ts'
import type { BucketSize } from '../hub/rate-limit.ts'
import { noteStopped } from '../hub/tries.ts'
import { openBook } from './book.ts'
import { BOT_PLACES, takeBotTokens } from './bot-tokens.ts'
import { createDesk } from './desk.ts'
import { createIncomingHooks, type IncomingHooks } from './incoming.ts'
import { createOutgoingHooks, type OutgoingHooks } from './outgoing.ts'
import { createSender } from './sender.ts'

/** As often as a node asks its store what others wrote. */
const READ_EVERY_MS = 5_000

export interface IntegrationOptions {
  /** Off: nothing is made, hooks do not answer, and bots that are there may do nothing. */
  readonly enabled: boolean
  /** Outgoing webhooks may reach private networks and this computer. */
  readonly allowPrivateTargets: boolean
  readonly hookRate?: BucketSize
}

export const noIntegrations: IntegrationOptions = { enabled: false, allowPrivateTargets: false }

export interface Integrations {
  /** For the hub, which lends its hands. */
  readonly desk: (hands: IntegrationHands) => IntegrationDesk
  /** The hub is there. */
  begin(hub: Hub): void
  /** True when the request was for a webhook. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** Takes bots' tokens as well. */
  verifyToken(others: VerifyToken | undefined): VerifyToken | undefined
  stop(): Promise<void>
}

/** Webhooks both ways and bots. Always there, so that a bot's scopes hold where they are turned off, too. */
export async function openIntegrations(
  ports: {
    readonly store: Store
    readonly fanOut: FanOut
    readonly clock: Clock
    readonly secrets: Secrets
    readonly log: Log
    readonly addressOf: (request: IncomingMessage) => string
    readonly wrongTries: BucketSize
  },
  options: IntegrationOptions,
): Promise<Integrations> {
  const { store, fanOut, clock, secrets, log, addressOf, wrongTries } = ports
  const { enabled } = options
  let hands: IntegrationHands | undefined
  let hooks: IncomingHooks | undefined
  let outgoing: OutgoingHooks | undefined
  const names = createNameIds(store.session.id)
  const sender = createSender({ allowPrivate: options.allowPrivateTargets })
  const book = await openBook({
    ...{ store: store.integrations, fanOut, clock, log },
    changed: () => outgoing?.review(),
    // A store in a file is written to by this process alone.
    everyMs: store.shared === undefined ? undefined : READ_EVERY_MS,
  })

  return {
    desk(lent) {
      hands = lent
      return createDesk({
        ...{ book, hands: lent, store, fanOut, clock, secrets, log, isOn: enabled },
        refuseUrl: sender.refuse,
        placesOf: (member) =>
          Array.from({ length: BOT_PLACES }, (_, index) => names.device(member, index + 1)),
      })
    },
    begin(hub) {
      if (!enabled || hands === undefined) return
      outgoing = createOutgoingHooks({
        ...{ store, hands, book, sender, clock, log, fanOut, session: store.session.id },
        // One process alone need not wait for itself after a crash.
        node: store.shared === undefined ? 'the only one' : secrets.uuid(),
      })
      hooks = createIncomingHooks({
        ...{ hub, clock, secrets, addressOf, wrongTries, rate: options.hookRate },
        guessesStopped: (address) => noteStopped(ports, `webhook, from ${address}`),
        find(id) {
          const known = book.get(id as Parameters<typeof book.get>[0])
          return known !== undefined && hands?.isMember(known.id) === true ? known : undefined
        },
      })
    },
    verifyToken: (others) =>
      enabled
        ? takeBotTokens(others, { book, isMember: (id) => hands?.isMember(id) === true })
        : others,
    answer: (request, response) => hooks?.answer(request, response) ?? false,
    async stop() {
      hooks?.close()
      sender.close()
      await outgoing?.stop()
      book.close()
    },
  }
}
