import type { WindowBounds } from '../profile/profile-schema.ts'
import type { Rectangle } from '../window/window-bounds.ts'

/** Narrower than this, a window hides its side panes; then two windows overlap instead. */
const COMFORTABLE_WIDTH = 760
const LARGEST = { width: 1_280, height: 860 }

/** Two windows that can both be seen, on one screen. */
export function sideBySide(area: Rectangle): {
  readonly left: WindowBounds
  readonly right: WindowBounds
} {
  const half = Math.floor(area.width / 2)
  const width = Math.min(Math.max(half, Math.min(COMFORTABLE_WIDTH, area.width)), LARGEST.width)
  const height = Math.min(area.height, LARGEST.height)
  const top = area.y + Math.floor((area.height - height) / 2)
  // Both keep the same distance to the edges of the screen.
  const margin = Math.max(0, half - width)
  const place = (x: number): WindowBounds => ({ x, y: top, width, height, maximized: false })
  return {
    left: place(area.x + margin),
    right: place(area.x + area.width - margin - width),
  }
}
