import type { AdminView } from '../../ipc/admin-contract.ts'
import type { JoinOffer } from '../../ipc/join-views.ts'
import type { AuditEntry, DeviceRecord, InviteRecord } from '../../protocol/admin.ts'
import type { DeviceId, InviteId } from '../../protocol/ids.ts'
import type { IntegrationRecord } from '../../protocol/integrations.ts'
import { timeOf } from './sample-messages.ts'
import { NAMES, memberId, roomId, sessionId } from './sample-people.ts'

const id = (value: number): string => `00000000-0000-7000-8005-${String(value).padStart(12, '0')}`
const HOUR = 3_600_000

const INVITES: readonly InviteRecord[] = [
  { label: 'first', role: 'member', uses: 7, maxUses: null, life: null, revoked: false },
  { label: 'Night shift', role: 'member', uses: 2, maxUses: 5, life: 20 * HOUR, revoked: false },
  {
    label: 'Visitors of the ridge',
    role: 'guest',
    uses: 1,
    maxUses: 1,
    life: HOUR,
    revoked: false,
  },
  { label: '', role: 'moderator', uses: 0, maxUses: 1, life: HOUR, revoked: true },
].map(({ label, role, uses, maxUses, life, revoked }, index): InviteRecord => ({
  id: id(index) as InviteId,
  label,
  role: role as InviteRecord['role'],
  uses,
  maxUses,
  createdAt: timeOf(0, 7, 50 + index),
  createdBy: memberId(0),
  expiresAt: life === null ? null : Date.now() + life,
  revokedAt: revoked ? timeOf(0, 8, 0) : null,
}))

export const ADMIN: AdminView = {
  settings: { access: 'invite', approval: true, locked: false, readOnly: false, passphrase: true },
  waiting: [
    {
      member: memberId(7),
      name: NAMES[7] ?? '',
      deviceName: 'Pixel tablet',
      address: '192.168.4.61',
      since: timeOf(0, 8, 10),
      role: 'member',
    },
    {
      member: memberId(9),
      name: NAMES[9] ?? '',
      deviceName: 'desktop-4f2a',
      address: '192.168.4.77',
      since: timeOf(0, 8, 11),
      role: 'member',
    },
  ],
  invites: [...INVITES],
  banned: [{ member: memberId(6), name: NAMES[6] ?? '', at: timeOf(1, 16, 20) }],
  code: { code: '7K2M-Q9XD', expiresAt: null },
  storageBytes: 48_300_000,
}

const who = (value: number) => ({ id: memberId(value), name: NAMES[value] ?? '' })
export const AUDIT: readonly AuditEntry[] = (
  [
    ['banned', 0, 6, ''],
    ['role-changed', 0, 3, 'moderator'],
    ['approved', 3, 5, ''],
    ['guesses-stopped', null, null, '192.168.4.99'],
    ['invite-created', 0, null, 'Night shift'],
    ['settings-changed', 0, null, 'approval on'],
    ['admitted', null, 4, 'invite “first”'],
    ['admitted', null, 0, 'host'],
  ] as const
).map(([action, actor, target, detail], index) => ({
  number: 8 - index,
  at: timeOf(0, 8, 12 - index),
  action,
  actor: actor === null ? null : who(actor),
  target: target === null ? null : who(target),
  detail,
}))

export const OFFER: JoinOffer = {
  sessionId: sessionId(8),
  name: 'Harbour Office',
  host: 'ines-desktop',
  people: 6,
  fingerprint: 'A'.repeat(43),
  keyWords: ['river', 'lamp', 'cedar', 'nine'],
  open: true,
  approval: true,
  passphrase: true,
  tokens: 'none',
  vouched: false,
  joined: false,
  compatible: true,
}

export const DEVICES: readonly DeviceRecord[] = ['field-laptop', 'Pixel tablet'].map(
  (name, index) => ({
    id: id(20 + index) as DeviceId,
    name,
    addedAt: timeOf(3, 9, 0),
    lastSeen: timeOf(index, 8, 0),
    current: index === 0,
  }),
)

const PROGRAMS: readonly Pick<IntegrationRecord, 'name' | 'what' | 'disabledAt'>[] = [
  { name: 'Build server', what: { kind: 'incoming', room: roomId(1) }, disabledAt: null },
  {
    name: 'Archive of the northern ridge',
    what: {
      ...{ kind: 'outgoing', url: 'https://archive.example.org/landline/field-station' },
      ...{ events: ['message.posted'], commands: [] },
    },
    disabledAt: timeOf(1, 16, 20),
  },
  {
    name: 'Dice',
    what: { kind: 'bot', role: 'member', scopes: ['read', 'write'], commands: [] },
    disabledAt: null,
  },
]
export const INTEGRATIONS: readonly IntegrationRecord[] = PROGRAMS.map((program, index) => ({
  ...program,
  id: memberId(index + 1),
  createdAt: timeOf(2, 9, index),
  createdBy: memberId(0),
}))
