import { expect, test } from 'vitest'
import { qrPath } from './QrCode.tsx'
import { sparkline } from './sparkline.ts'

test('the QR path draws each run of dark modules once', () => {
  const path = qrPath({ size: 3, data: [1, 1, 0, 0, 0, 0, 1, 0, 1] })
  expect(path).toBe('M0 0h2v1h-2zM0 2h1v1h-1zM2 2h1v1h-1z')
})

test('a sparkline starts at zero and fills the width', () => {
  expect(sparkline([0, 5, 10], 100, 22).line).toBe('M0 21L50 11L100 1')
})

test('a flat zero lies on the ground, one sample is a line, none is nothing', () => {
  expect(sparkline([0, 0], 100, 22).line).toBe('M0 21L100 21')
  expect(sparkline([3], 100, 22).line).toBe('M0 1L100 1')
  expect(sparkline([], 100, 22)).toEqual({ line: '', area: '' })
})
