import { create } from 'qrcode'
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
    const { modules } = create(text, { errorCorrectionLevel: 'M' })
    return { path: qrPath(modules), size: modules.size }
  }, [text])
  const edge = size + QUIET * 2
  return (
    <svg
      className="qr"
      viewBox={`${-QUIET} ${-QUIET} ${edge} ${edge}`}
      role="img"
      aria-label={words.hosting.qr}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  )
}
