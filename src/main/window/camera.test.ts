import { describe, expect, it } from 'vitest'
import { createCameraGate } from './camera.ts'

const asks = { contentsId: 3, permission: 'media', mediaTypes: ['video'], isMainFrame: true }

describe('the camera', () => {
  it('is for the window that scans, while it scans', () => {
    const gate = createCameraGate()
    expect(gate.allows(asks)).toBe(false)
    gate.set(3, true)
    expect(gate.allows(asks)).toBe(true)
    expect(gate.allows({ ...asks, contentsId: 4 })).toBe(false)
    expect(gate.allows({ ...asks, contentsId: undefined })).toBe(false)
    gate.set(3, false)
    expect(gate.allows(asks)).toBe(false)
  })

  it('is never a microphone, another permission, or for a frame within the page', () => {
    const gate = createCameraGate()
    gate.set(3, true)
    expect(gate.allows({ ...asks, mediaTypes: ['audio'] })).toBe(false)
    expect(gate.allows({ ...asks, mediaTypes: ['video', 'audio'] })).toBe(false)
    expect(gate.allows({ ...asks, mediaTypes: [] })).toBe(false)
    expect(gate.allows({ ...asks, permission: 'geolocation' })).toBe(false)
    expect(gate.allows({ ...asks, isMainFrame: false })).toBe(false)
  })
})
