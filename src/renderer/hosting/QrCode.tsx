import encodeQR from 'qr'
import { useMemo } from 'react'
import { words } from '../words.ts'

/** Modules of quiet zone that scanners need around the code. */
const QUIET = 3

/** One path for all dark modules: horizontal runs, so that a large code stays a small path. */
export function qrPath(modules: {
  readonly size: number
  readonly data: ArrayLike<number>
}): string {
  const { size, data } = modules
  let path = ''
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const from = column
      while (column < size && data[row * size + column] === 1) column += 1
      if (column > from) path += `M${from} ${row}h${column - from}v1h${from - column}z`
    }
  }
  return path
}

export function QrCode({ text }: { readonly text: string }) {
  const { path, size } = useMemo(() => {
    const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET })
    return { path: qrPath({ size: rows.length, data: rows.flat().map(Number) }), size: rows.length }
  }, [text])
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={words.hosting.qr}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  )
}
