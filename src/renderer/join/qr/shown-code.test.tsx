import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { QrCode } from '../../hosting/QrCode.tsx'
import { decodeQr } from './decode-qr.ts'

afterEach(cleanup)

test('the code a host shows is read by those who scan it', () => {
  const invite = `landline://join?v=1&n=F%C3%A4hre&a=192.168.1.7:47800&f=${'Q'.repeat(43)}`
  const { container } = render(<QrCode text={invite} />)
  const [, , edge] = (container.querySelector('svg')?.getAttribute('viewBox') ?? '').split(' ')
  const scale = 4
  const size = Number(edge) * scale
  const data = new Uint8ClampedArray(size * size * 4).fill(255)
  const path = container.querySelector('path')?.getAttribute('d') ?? ''
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let row = 0; row < scale; row++) {
      const from = (Number(y) * scale + row) * size + Number(x) * scale
      for (let at = from; at < from + Number(run) * scale; at++) data.fill(0, at * 4, at * 4 + 3)
    }
  }
  expect(decodeQr({ width: size, height: size, data }, 10_000)).toBe(invite)
})
