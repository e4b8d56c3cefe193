/** The vectors are those of draft-irtf-cfrg-cpace-21, appendix B.3 (ristretto255 and SHA-512). */
import { describe, expect, it } from 'vitest'
import {
  beginRun,
  confirmationOf,
  generatorOf,
  generatorString,
  isSame,
  lvCat,
  multiplyVerified,
  scalarFrom,
  sessionKey,
} from './cpace.ts'

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const asHex = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('hex')

const inputs = {
  password: text('Password'),
  channel: hex('0b415f696e69746961746f720b425f726573706f6e646572'),
  sid: hex('7e4b4791d6a8ef019b936c79fb7f2c57'),
}
const ya = hex('da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08')
const yb = hex('d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d')
const Ya = 'd6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157'
const Yb = '3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258'
const K = '80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f'
const a = { share: hex(Ya), data: text('ADa') }
const b = { share: hex(Yb), data: text('ADb') }

describe('CPace gives what the draft gives', () => {
  it('generator string and generator (B.3.1)', () => {
    const made = generatorString(inputs)
    expect(made.length).toBe(170)
    expect(asHex(made)).toBe(
      `11435061636552697374726574746f3235350850617373776f726464${'00'.repeat(100)}180b415f696e69746961746f720b425f726573706f6e646572107e4b4791d6a8ef019b936c79fb7f2c57`,
    )
    expect(asHex(generatorOf(inputs).toBytes())).toBe(
      '222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56',
    )
  })

  it('shares and the secret point (B.3.2 to B.3.4)', () => {
    const initiator = beginRun(inputs, ya)
    const responder = beginRun(inputs, yb)
    expect(asHex(initiator.share)).toBe(Ya)
    expect(asHex(responder.share)).toBe(Yb)
    expect(asHex(initiator.agree(responder.share))).toBe(K)
    expect(asHex(responder.agree(initiator.share))).toBe(K)
  })

  it('the key of initiator and responder (B.3.5)', () => {
    expect(asHex(sessionKey(inputs.sid, hex(K), a, b))).toBe(
      'b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447',
    )
  })

  it('products of valid shares (B.3.10)', () => {
    const scalar = scalarFrom(
      hex('7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05'),
    )
    const share = hex('2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c')
    expect(asHex(multiplyVerified(scalar, share))).toBe(
      '7c13645fe790a468f62c39beb7388e541d8405d1ade69d1778c5fe3e7f6b600e',
    )
  })

  it('and ends with shares that are none, or are neutral (B.3.11)', () => {
    const run = beginRun(inputs, ya)
    const broken = hex('2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c')
    for (const bad of [broken, new Uint8Array(32), new Uint8Array(31), new Uint8Array(0)]) {
      expect(run.agree(bad)).toBeNull()
    }
  })
})

describe('the parts of CPace', () => {
  it('write lengths of every size as LEB128 (A.1)', () => {
    expect(asHex(lvCat())).toBe('')
    expect(asHex(lvCat(text('1234')))).toBe('0431323334')
    expect(asHex(lvCat(new Uint8Array(0), text('5')))).toBe('000135')
    expect(asHex(lvCat(new Uint8Array(127)).subarray(0, 2))).toBe('7f00')
    expect(asHex(lvCat(new Uint8Array(128)).subarray(0, 3))).toBe('800100')
    expect(asHex(lvCat(new Uint8Array(20_000)).subarray(0, 3))).toBe('a09c01')
  })

  it('fill the first block for passwords up to its size, and take longer ones', () => {
    for (const length of [0, 6, 43, 109, 110, 300]) {
      const made = generatorString({ ...inputs, password: new Uint8Array(length) })
      const beforeChannel = made.length - inputs.channel.length - inputs.sid.length - 2
      if (length < 109) expect(beforeChannel).toBe(128)
      else expect(beforeChannel).toBeGreaterThanOrEqual(128)
    }
  })

  it('make scalars below the order, and refuse broken randomness', () => {
    expect(scalarFrom(new Uint8Array(32).fill(255))).toBe(2n ** 252n - 1n)
    expect(() => scalarFrom(new Uint8Array(32))).toThrow('randomness')
    expect(() => scalarFrom(new Uint8Array(31))).toThrow('32')
  })

  it('confirm a key for one direction only', () => {
    const key = sessionKey(inputs.sid, hex(K), a, b)
    const ofA = confirmationOf(inputs.sid, key, a)
    expect(isSame(ofA, confirmationOf(inputs.sid, key, a))).toBe(true)
    expect(isSame(ofA, confirmationOf(inputs.sid, key, b))).toBe(false)
    // A share thrown back at its sender is not taken for the other side's: the data differs.
    expect(isSame(ofA, confirmationOf(inputs.sid, key, { ...a, data: b.data }))).toBe(false)
    expect(isSame(ofA, ofA.subarray(1))).toBe(false)
  })

  it.each(['password', 'channel', 'sid'] as const)('give different keys for another %s', (part) => {
    const other = { ...inputs, [part]: text('something else') }
    const mine = beginRun(inputs, ya)
    const theirs = beginRun(other, yb)
    const shares = [
      { share: mine.share, data: a.data },
      { share: theirs.share, data: b.data },
    ] as const
    const one = sessionKey(inputs.sid, mine.agree(theirs.share) ?? hex(''), ...shares)
    const two = sessionKey(other.sid, theirs.agree(mine.share) ?? hex(''), ...shares)
    expect(isSame(one, two)).toBe(false)
  })
})
