import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { isAddress } from '../../protocol/invite.ts'
import { dialWebSocket } from './web-socket.ts'

describe('an address that is none', () => {
  const dial = (address: string) => {
    const heard: string[] = []
    const socket = dialWebSocket(
      `ws://${address}/ws`,
      {
        opened: () => heard.push('opened'),
        frame: () => heard.push('frame'),
        heard: () => heard.push('heard'),
        closed: (code) => heard.push(`closed ${code}`),
        distrusted: () => heard.push('distrusted'),
      },
      { kind: 'none' },
    )
    return { heard, socket }
  }

  it.each(['999.1.1.1:80', '[:::::]:80', '1.2.3.4.5:80'])(
    'is one that cannot be reached, though an invite may name it: %s',
    async (address) => {
      expect(isAddress(address)).toBe(true)
      const { heard } = dial(address)
      // Never during the call itself.
      expect(heard).toEqual([])
      await setImmediate()
      expect(heard).toEqual(['closed 1006'])
    },
  )

  it('can be given up', async () => {
    const { heard, socket } = dial('999.1.1.1:80')
    socket.send('{}')
    socket.drop()
    await setImmediate()
    expect(heard).toEqual([])
  })
})
