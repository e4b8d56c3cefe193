export interface FieldState {
  readonly value: string
  readonly selectionStart: number
  readonly selectionEnd: number
}

export interface Inserted {
  readonly text: string
  /** Selection after it. */
  readonly from: number
  readonly to: number
}

/** Puts a piece in place of the selection; the caret stands after it. */
export function withInserted(field: FieldState, piece: string): Inserted {
  const { value, selectionStart, selectionEnd } = field
  const at = selectionStart + piece.length
  return {
    text: value.slice(0, selectionStart) + piece + value.slice(selectionEnd),
    from: at,
    to: at,
  }
}

/** Puts markers around the selection, or takes them off when they are there already. */
export function withMarkers(field: FieldState, marker: string): Inserted {
  const { value, selectionStart: start, selectionEnd: end } = field
  const before = value.slice(0, start)
  const inside = value.slice(start, end)
  const after = value.slice(end)
  if (before.endsWith(marker) && after.startsWith(marker)) {
    return {
      text: before.slice(0, -marker.length) + inside + after.slice(marker.length),
      from: start - marker.length,
      to: end - marker.length,
    }
  }
  return {
    text: before + marker + inside + marker + after,
    from: start + marker.length,
    to: end + marker.length,
  }
}
