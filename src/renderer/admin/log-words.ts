import type { AuditAction, AuditEntry } from '../../protocol/admin.ts'

/** What the server calls the invite that a hosted session's own link is made of. */
const STANDING_INVITE = 'first'
const STANDING_NAME = 'Link of the hosting panel'

/** What an invite is called in a list; `unnamed`: one whose maker gave it no name. */
export function inviteName(label: string, unnamed: string): string {
  if (label === STANDING_INVITE) return STANDING_NAME
  return label === '' ? unnamed : label
}

/** Of the log's «label (role)». */
function inviteAndRole(detail: string): { readonly label: string; readonly role: string } {
  const [, label = detail, role = ''] = /^(.*) ?\((\w+)\)$/s.exec(detail) ?? []
  return { label: label.trimEnd(), role }
}

/** «made an invite: Night shift (member)»; the session's own has a name that says it all. */
function anInvite(detail: string): string {
  const { label, role } = inviteAndRole(detail)
  if (label === STANDING_INVITE) return 'the link of the hosting panel'
  return label === '' ? `an invite (${role})` : `an invite: ${detail}`
}

/** How somebody came in, as the server says it. */
function wayOf(detail: string): string {
  const [, label] = /^invite “(.*)”$/s.exec(detail) ?? []
  if (label === undefined) return detail
  if (label === STANDING_INVITE) return 'by the link of the hosting panel'
  return label === '' ? 'by an invite' : detail
}

type Sentence = (actor: string, target: string, detail: string) => string
const did: Readonly<Record<AuditAction, Sentence>> = {
  admitted(_actor, target, detail) {
    // Whose computer it is comes first and by no way.
    if (detail === 'host') return `${target} began the session`
    return `${target} came in${detail === '' ? '' : ` (${wayOf(detail)})`}`
  },
  approved: (actor, target) => `${actor} let ${target} in`,
  declined: (actor, target) => `${actor} did not let ${target} in`,
  removed: (actor, target) => `${actor} removed ${target}`,
  banned: (actor, target) => `${actor} banned ${target}`,
  unbanned: (actor, target) => `${actor} lifted the ban of ${target}`,
  'role-changed': (actor, target, detail) => `${actor} made ${target} a ${detail}`,
  'settings-changed': (actor, _target, detail) => `${actor} changed the session: ${detail}`,
  'invite-created': (actor, _target, detail) => `${actor} made ${anInvite(detail)}`,
  'invite-revoked': (actor, _target, detail) => `${actor} took back ${anInvite(detail)}`,
  'code-renewed': (actor, _target, detail) =>
    `${actor} made a new code${detail === '' ? '' : ` (${detail})`}`,
  'device-linked': (_actor, target, detail) => `${target} linked another device: ${detail}`,
  'device-forgotten': (actor, target, detail) => `${actor} forgot a device of ${target}: ${detail}`,
  'guesses-stopped': (_actor, _target, detail) => `Too many wrong guesses were stopped: ${detail}`,
}

/** One entry of the log as a sentence. */
export function sentenceOf({ action, actor, target, detail }: AuditEntry): string {
  return did[action](actor?.name ?? 'The session', target?.name ?? 'somebody', detail)
}
