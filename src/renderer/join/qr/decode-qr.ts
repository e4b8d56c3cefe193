import { decodeQR } from 'qr/decode.js'

/** Pixels as a canvas gives them: four bytes each. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** Larger pictures are made smaller first; a code that fills a tenth of them is still sharp then. */
export const MAX_EDGE = 1_600

/** The text of the first QR code in a picture; null when there is none to be read. */
export function decodeQr(
  { width, height, data }: Picture,
  /** Milliseconds that may be spent on a picture that is hard to read. */
  timeLimit?: number,
): string | null {
  // Below this there is not even room for the smallest code.
  if (width < 21 || height < 21) return null
  try {
    const image = { width, height, data }
    return decodeQR(image, { format: 'RGBA', ...(timeLimit === undefined ? {} : { timeLimit }) })
  } catch {
    // The library throws for a picture without a code as for one that is damaged.
    return null
  }
}

/** The size a picture is looked at in. */
export function fitInto(
  { width, height }: { readonly width: number; readonly height: number },
  edge: number = MAX_EDGE,
): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, edge / Math.max(width, height, 1))
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  }
}
