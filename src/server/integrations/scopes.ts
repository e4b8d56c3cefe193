import type { ClientMessage } from '../../protocol/client-messages.ts'
import type { IntegrationKind, Scope } from '../../protocol/integrations.ts'
import type { Refusal } from '../hub/ports.ts'

/** Which scope a message needs; `free` needs none, `people` is not for programs, whatever their scopes. */
const NEEDS: Readonly<Record<ClientMessage['type'], Scope | 'free' | 'people'>> = {
  hello: 'free',
  proof: 'free',
  'refresh-token': 'free',
  ping: 'free',
  presence: 'free',
  commands: 'free',
  'set-commands': 'free',
  sync: 'read',
  'catch-up': 'read',
  history: 'read',
  read: 'read',
  submit: 'write',
  typing: 'write',
  'create-room': 'rooms',
  'open-direct': 'rooms',
  'join-room': 'rooms',
  'leave-room': 'rooms',
  'add-members': 'rooms',
  'change-room': 'rooms',
  'browse-rooms': 'rooms',
  'admin-watch': 'people',
  approve: 'people',
  'set-role': 'people',
  'remove-member': 'people',
  'ban-member': 'people',
  'unban-member': 'people',
  'change-session': 'people',
  'create-invite': 'people',
  'revoke-invite': 'people',
  'new-code': 'people',
  audit: 'people',
  'link-device': 'people',
  devices: 'people',
  'forget-device': 'people',
  'create-integration': 'people',
  'revoke-integration': 'people',
  'enable-integration': 'people',
  integrations: 'people',
}

/** What a program of this kind may not do; undefined when it may. */
export function scopeRefusal(
  what: IntegrationKind,
  type: ClientMessage['type'],
): Refusal | undefined {
  const need = NEEDS[type]
  if (need === 'free') return undefined
  if (need === 'people') return refuse(`Bots cannot ask for “${type}”.`)
  if (scopesOf(what).includes(need)) return undefined
  return refuse(`This token does not have the scope “${need}”.`)
}

function scopesOf(what: IntegrationKind): readonly Scope[] {
  switch (what.kind) {
    case 'incoming':
      return ['write']
    case 'outgoing':
      return []
    case 'bot':
      return what.scopes
  }
}

const refuse = (message: string): Refusal => ({ kind: 'refused', code: 'not-allowed', message })
