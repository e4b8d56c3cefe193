import { describe, expect, it } from 'vitest'
import { placeWindow } from './window-bounds.ts'

const laptop = { x: 0, y: 25, width: 1440, height: 875 }
const screen = { x: 1440, y: 0, width: 2560, height: 1440 }
const at = (x: number, y: number, width = 1000, height = 700) => ({
  x,
  y,
  width,
  height,
  maximized: false,
})

describe('where the window opens', () => {
  it('comes back where it was', () => {
    expect(placeWindow(at(1600, 100), [laptop, screen])).toEqual({
      x: 1600,
      y: 100,
      width: 1000,
      height: 700,
    })
  })
  it('lets the system place it when its screen is gone, with the size it had', () => {
    expect(placeWindow(at(1600, 100), [laptop])).toEqual({ width: 1000, height: 700 })
  })
  it('keeps the title bar within reach', () => {
    expect(placeWindow(at(100, 10), [laptop])).toMatchObject({ y: 25 })
    expect(placeWindow(at(-950, 100), [laptop])).toEqual({ width: 1000, height: 700 })
    expect(placeWindow(at(100, 890), [laptop])).toEqual({ width: 1000, height: 700 })
  })
  it('never is larger than the screen nor smaller than the layout', () => {
    expect(placeWindow(at(0, 25, 5000, 5000), [laptop])).toMatchObject({ width: 1440, height: 875 })
    expect(placeWindow(at(0, 25, 10, 10), [laptop])).toMatchObject({ width: 480, height: 400 })
    expect(placeWindow(undefined, [{ x: 0, y: 0, width: 1024, height: 700 }])).toEqual({
      width: 1024,
      height: 700,
    })
    expect(placeWindow(undefined, [])).toEqual({ width: 1280, height: 800 })
  })
})
