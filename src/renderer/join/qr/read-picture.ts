import { decodeQr, fitInto, type Picture } from './decode-qr.ts'

export type FileReading =
  | { readonly kind: 'text'; readonly text: string }
  /** A picture, but no code in it can be read. */
  | { readonly kind: 'no-code' }
  /** Or not one this window can take apart. */
  | { readonly kind: 'not-a-picture' }

/** Somebody waits for one picture; for a frame of a camera the next one comes soon. */
const PATIENCE_MS = 1_500
/** Nothing a person would pick is larger, and taking it apart would hold up the window. */
export const MAX_FILE_BYTES = 32 * 1_048_576

/** Reads the code in an image file, such as a screenshot of the host's panel. Never rejects. */
export async function readQrFile(
  file: Blob,
  open: (file: Blob) => Promise<Picture> = pictureOf,
): Promise<FileReading> {
  if (file.size > MAX_FILE_BYTES) return { kind: 'not-a-picture' }
  let picture: Picture
  try {
    picture = await open(file)
  } catch {
    // The browser's own reason is no help to a person.
    return { kind: 'not-a-picture' }
  }
  const text = decodeQr(picture, PATIENCE_MS)
  return text === null ? { kind: 'no-code' } : { kind: 'text', text }
}

async function pictureOf(file: Blob): Promise<Picture> {
  const bitmap = await createImageBitmap(file)
  try {
    return pixelsOf(bitmap, fitInto(bitmap))
  } finally {
    bitmap.close()
  }
}

/** On white, since codes with a transparent ground are drawn to lie on it. */
export function pixelsOf(
  source: CanvasImageSource,
  { width, height }: { readonly width: number; readonly height: number },
): Picture {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('there is no canvas')
  context.fillStyle = 'white'
  context.fillRect(0, 0, width, height)
  context.drawImage(source, 0, 0, width, height)
  return context.getImageData(0, 0, width, height)
}
