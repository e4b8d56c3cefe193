import type { WindowBounds } from '../profile/profile-schema.ts'

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const DEFAULT_SIZE = { width: 1_280, height: 800 }
export const MINIMUM_SIZE = { width: 480, height: 400 }
/** So much of the title bar must be on a screen that a person can take hold of it. */
const REACHABLE = { width: 120, height: 40 }

/**
 * Where the window opens: where it was if that is still on a screen, else in the middle of the first.
 * Sizes never exceed the screen's work area.
 */
export function placeWindow(
  remembered: WindowBounds | undefined,
  workAreas: readonly Rectangle[],
): Partial<Rectangle> & { readonly width: number; readonly height: number } {
  const home = remembered && workAreas.find((area) => holds(area, remembered))
  if (remembered === undefined || home === undefined) {
    const [first] = workAreas
    return first === undefined ? DEFAULT_SIZE : fitted(remembered ?? DEFAULT_SIZE, first)
  }
  return { ...fitted(remembered, home), x: remembered.x, y: Math.max(remembered.y, home.y) }
}

function fitted(
  size: { readonly width: number; readonly height: number },
  area: Rectangle,
): { readonly width: number; readonly height: number } {
  return {
    width: Math.min(Math.max(size.width, MINIMUM_SIZE.width), area.width),
    height: Math.min(Math.max(size.height, MINIMUM_SIZE.height), area.height),
  }
}

function holds(area: Rectangle, bounds: Rectangle): boolean {
  const width = Math.min(area.x + area.width, bounds.x + bounds.width) - Math.max(area.x, bounds.x)
  const topInside =
    bounds.y >= area.y - REACHABLE.height && bounds.y <= area.y + area.height - REACHABLE.height
  return width >= REACHABLE.width && topInside
}
