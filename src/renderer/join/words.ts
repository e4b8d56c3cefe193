import type { FoundSessionView } from '../../ipc/contract.ts'
import { formatNumber } from '../words-format.ts'

export const joinWords = {
  title: 'Join a session',
  lead: 'Pick one that is found on this network, or paste the invite link that you were given.',
  invite: 'Invite link',
  invitePlaceholder: 'landline://join?…',
  inviteMissing: 'Paste the invite link first.',
  submit: 'Join',
  joining: 'Joining…',

  found: (count: number): string =>
    count === 0
      ? 'Nothing found yet. Networks can hide sessions: the invite link always works.'
      : `${formatNumber(count)} ${count === 1 ? 'session' : 'sessions'} on this network`,
  foundLabel: 'Sessions on this network',
  where: ({ host, people, passphrase, joined, compatible }: FoundSessionView): string =>
    [
      host === '' ? '' : `on ${host}`,
      // A host that has just begun does not know yet that its own person is there.
      people === 0 ? '' : `${formatNumber(people)} ${people === 1 ? 'person' : 'people'}`,
      passphrase ? 'passphrase' : '',
      joined ? 'in your list' : compatible ? '' : 'needs another version of Landline',
    ]
      .filter((part) => part !== '')
      .join(' · '),
  another: 'Choose another',
  secret: 'Join secret or invite link',
  secretHint: 'Being on the same network is not enough: ask the person who hosts.',
  secretMissing: 'Paste the join secret or the invite link first.',
} as const
