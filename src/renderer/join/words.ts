import type { FoundSessionView, JoinStep } from '../../ipc/join-views.ts'
import { formatNumber } from '../words-format.ts'

const people = (count: number): string =>
  // A host that has just begun does not know yet that its own person is there.
  count === 0 ? '' : `${formatNumber(count)} ${count === 1 ? 'person' : 'people'}`
const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ')

export const joinWords = {
  title: 'Join a session',
  lead: 'Pick one that is found on this network, or use the invite that you were given.',
  given: 'Invite link, code or address',
  givenPlaceholder: 'landline://join?…  or  7K2M-Q9XD',
  givenCode: 'Code or invite link',
  nothingGiven: 'Enter the invite link, the code, or the address of the host first.',
  notUnderstood:
    'This is not an invite link (landline://join?…), not a code of 8 characters, and not an address.',
  notAnInvite: 'This QR code is not an invite to a session.',
  submit: 'Join',
  next: 'Continue',
  joining: 'Joining…',
  giveUp: 'Give up',

  found: (count: number): string =>
    count === 0
      ? 'Nothing found yet. Networks can hide sessions: the link, the code and the QR code work all the same.'
      : `${formatNumber(count)} ${count === 1 ? 'session' : 'sessions'} on this network`,
  foundLabel: 'Sessions on this network',
  where: (session: FoundSessionView): string => {
    const { host, passphrase, open, compatible } = session
    return joined([
      host === '' ? '' : `on ${host}`,
      people(session.people),
      open ? 'open to this network' : passphrase ? 'passphrase' : '',
      session.joined ? 'in your list' : compatible ? '' : 'needs another version of Landline',
    ])
  },
  offered: (host: string, count: number): string =>
    joined([host === '' ? '' : `on ${host}`, people(count)]),
  back: 'Back',
  asking: 'Asking the host what it offers…',

  keyTitle: 'Is this the host you mean?',
  keyText:
    'Compare these words with the key on the host’s screen. They are the same only if nobody stands between you.',
  keyTextToken:
    'Compare these words with the ones that whoever runs this server gives you. Whoever has your token can come in as you.',
  keyConfirm: 'The words are the same',
  keyConfirmToken: 'The words are the same: sign in',
  vouched: 'An authority that this computer trusts vouches for this address.',
  approval: 'The host lets people in one by one: you may have to wait a moment.',
  passphrase: 'Passphrase',
  passphraseHint:
    'Ask the person who hosts. A host that does not know it never learns it from you.',
  passphraseMissing: 'Enter the passphrase first.',
  inviteOnly: 'Being on the same network is not enough here: ask the person who hosts for a code.',
  useCode: 'Use a code or link instead',
  usePassphrase: 'Use the passphrase instead',
  useOpen: 'Join without a code',
  useToken: 'Use an access token instead',

  scan: 'Scan a QR code',
  scanLabel: 'Picture of the camera',
  scanStarting: 'Starting the camera…',
  scanning: 'Hold the QR code of the host’s screen before the camera.',
  scanImage: 'Choose an image…',
  scanNone: 'There is no QR code in this image, or it is too small or blurred. Try another.',
  scanDamaged: 'This file is not an image that can be read. Try a PNG or JPEG.',
  camera: {
    denied:
      'The camera may not be used. Allow it in the settings of your system, or choose an image.',
    'no-camera': 'No camera was found on this computer. Choose an image, or type the code.',
    'in-use': 'The camera is used by another program. Close it, or choose an image.',
    failed: 'The camera could not be started. Choose an image, or type the code.',
  },

  steps: 'What was tried',
  doctor: 'Look for what is wrong here',
  stepStates: {
    trying: 'trying',
    done: 'done',
    failed: 'failed',
    skipped: 'not tried',
  } satisfies Record<JoinStep['state'], string>,
} as const
