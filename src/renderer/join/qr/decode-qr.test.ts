import encodeQR from 'qr'
import { describe, expect, it } from 'vitest'
import { decodeQr, fitInto, type Picture } from './decode-qr.ts'

/** As long as a real invite with six addresses. */
const INVITE = `landline://join?v=1&s=0192d3a4-0000-7000-8000-000000000001&n=Field%20Station&a=192.168.1.7:47800&a=10.0.0.4:47800&a=[fd00::1]:47800&f=${'A'.repeat(43)}&k=${'s'.repeat(43)}`

/** A gray picture, 0 is black. */
interface Gray {
  readonly size: number
  readonly at: (x: number, y: number) => number
}

function codeOf(text: string, scale: number): Gray {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  return {
    size: modules.length * scale,
    at: (x, y) => (modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true ? 0 : 255),
  }
}

function turned({ size, at }: Gray, degrees: number): Gray {
  const angle = (degrees * Math.PI) / 180
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
  const edge = Math.ceil(size * (Math.abs(sin) + Math.abs(cos)))
  return {
    size: edge,
    at(x, y) {
      const [dx, dy] = [x + 0.5 - edge / 2, y + 0.5 - edge / 2]
      const from = [dx * cos + dy * sin + size / 2, dy * cos - dx * sin + size / 2] as const
      const isInside = from.every((value) => value >= 0 && value < size)
      return isInside ? at(from[0], from[1]) : 255
    },
  }
}

function blurred({ size, at }: Gray, radius: number): Gray {
  return {
    size,
    at(x, y) {
      let sum = 0
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++) {
          const inside = (value: number): number => Math.min(size - 1, Math.max(0, value))
          sum += at(inside(x + dx), inside(y + dy))
        }
      }
      return sum / (2 * radius + 1) ** 2
    },
  }
}

/** As a camera sees it: grayer, on a larger picture. */
function photographed({ size, at }: Gray, width = size, height = size): Picture {
  const data = new Uint8ClampedArray(width * height * 4)
  const [left, top] = [Math.floor((width - size) / 2), Math.floor((height - size) / 2)]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [cx, cy] = [x - left, y - top]
      const isInside = cx >= 0 && cy >= 0 && cx < size && cy < size
      const light = 40 + (isInside ? at(cx, cy) : 255) * 0.7
      data.set([light, light, light, 255], (y * width + x) * 4)
    }
  }
  return { width, height, data }
}

/** Time does not decide a test. */
const read = (picture: Picture): string | null => decodeQr(picture, 10_000)

describe('a QR code is read', () => {
  it('from a picture that fits', () => {
    expect(read(photographed(codeOf(INVITE, 4)))).toBe(INVITE)
    expect(read(photographed(codeOf('7KQ2-M4XD', 4)))).toBe('7KQ2-M4XD')
  })

  it('small in the picture of a camera', () => {
    expect(read(photographed(codeOf(INVITE, 3), 640, 480))).toBe(INVITE)
  })

  it.each([10, 30, 60, 90, 180, 200])('turned by %i°', (degrees) => {
    expect(read(photographed(turned(codeOf(INVITE, 5), degrees)))).toBe(INVITE)
  })

  it('a little out of focus, and a little turned', () => {
    expect(read(photographed(blurred(codeOf(INVITE, 6), 2)))).toBe(INVITE)
    expect(read(photographed(blurred(turned(codeOf(INVITE, 6), 7), 1)))).toBe(INVITE)
  })

  it('never from a picture without one', () => {
    expect(read(photographed({ size: 200, at: () => 255 }))).toBeNull()
    expect(read(photographed({ size: 200, at: (x, y) => (x * 31 + y * 17) % 256 }))).toBeNull()
    expect(read({ width: 4, height: 4, data: new Uint8ClampedArray(64) })).toBeNull()
  })
})

it('large pictures are made smaller, small ones stay', () => {
  expect(fitInto({ width: 4_000, height: 3_000 })).toEqual({ width: 1_600, height: 1_200 })
  expect(fitInto({ width: 640, height: 480 })).toEqual({ width: 640, height: 480 })
  expect(fitInto({ width: 100_000, height: 1 })).toEqual({ width: 1_600, height: 1 })
})
