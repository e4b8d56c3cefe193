/** Well-formed and nearly well-formed input for `/pair` and `GET /landline`, to be broken further by fuzzing. */
import { MAX_PAIRING_FRAME_BYTES } from './messages.ts'

const text = (count: number): string => 'A'.repeat(Math.ceil((count * 4) / 3))

/** Frames a joiner may send. */
export function pairingFrameSeeds(): readonly string[] {
  const nonce = text(16)
  const share = text(32)
  const confirm = text(64)
  const code = { kind: 'code', selector: '7K' }
  return [
    { type: 'begin', means: code, nonce },
    { type: 'begin', means: { kind: 'passphrase' }, nonce },
    { type: 'begin', means: { ...code, selector: 'UU' }, nonce },
    { type: 'begin', means: null, nonce: '' },
    { type: 'share', share },
    { type: 'share', share: Buffer.alloc(32, 0xff).toString('base64url') },
    { type: 'share', share: 'not base64!' },
    { type: 'confirm', confirm },
    { type: 'confirm', confirm: confirm.slice(1) },
    { type: 'granted', invite: { name: 'x', addresses: [] } },
    { type: '__proto__' },
    { type: 'begin', means: code, nonce, more: 'x'.repeat(MAX_PAIRING_FRAME_BYTES) },
  ]
    .map((frame) => JSON.stringify(frame))
    .concat(
      '',
      'null',
      '[]',
      '0',
      '"begin"',
      '{',
      '{"type":',
      '\u0000',
      '\ud800',
      '['.repeat(4_000),
    )
}

/** Frames a host may send, for the joiner's side. */
export function pairingAnswerSeeds(): readonly string[] {
  const session = { id: '0192d3a4-0000-7000-8000-000000000001', name: 'Field Station' }
  return [
    { type: 'offer', session, nonce: text(16) },
    { type: 'offer', session: { ...session, name: '\u202e' }, nonce: text(16) },
    { type: 'share', share: text(32), confirm: text(64) },
    { type: 'granted', invite: { name: 'x', addresses: ['10.0.0.1:47800'], secret: 's' } },
    { type: 'granted', invite: { name: 'x', addresses: ['nowhere'], fingerprint: 'short' } },
    { type: 'granted', invite: { name: 'x', addresses: [], secret: 'sss\ud800sss' } },
    { type: 'refused', code: 'too-many-tries', retryAfterMs: 1e308 },
    { type: 'refused', code: 'teapot' },
  ]
    .map((frame) => JSON.stringify(frame))
    .concat('', 'null', '{}', '{"type":{}}')
}

/** Answers to `GET /landline`, for the prober's side. */
export function probeAnswerSeeds(): readonly string[] {
  const answer = {
    landline: 1,
    session: '0192d3a4-0000-7000-8000-000000000001',
    name: 'Field Station',
    selector: '7K',
    passphrase: false,
    approval: false,
    open: false,
    protocol: [2],
    people: 3,
  }
  return [
    answer,
    { ...answer, landline: 2 },
    { ...answer, tokens: 'needed' },
    { ...answer, tokens: 'some' },
    { ...answer, selector: '7' },
    { ...answer, selector: '7K'.repeat(2_000) },
    { ...answer, people: -1 },
    { ...answer, protocol: [] },
    { ...answer, name: 'two\nlines' },
  ]
    .map((one) => JSON.stringify(one))
    .concat('', 'null', '<html>', '[')
}
