import { useCallback, useEffect, useRef, useState } from 'react'
import { decodeQr, fitInto, type Picture } from './decode-qr.ts'
import { pixelsOf } from './read-picture.ts'

export type CameraState =
  | { readonly kind: 'off' }
  /** Waiting for the camera, or for a person to allow it. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'looking' }
  | { readonly kind: 'problem'; readonly why: CameraProblem }

export type CameraProblem =
  | 'denied' // by the person or the system's privacy settings
  | 'no-camera'
  | 'in-use' // by another program
  | 'failed'

/** What the hook needs of the browser. */
export interface CameraPorts {
  open(): Promise<MediaStream>
  show(video: HTMLVideoElement, stream: MediaStream): void
  /** What the element shows now; null before the first frame. */
  grab(video: HTMLVideoElement): Picture | null
  /** Calls again and again; returns how to stop. */
  every(ms: number, run: () => void): () => void
}

/** Five looks a second are quicker than a hand, and leave the window its time. */
export const LOOK_EVERY_MS = 200
const LOOK_MS = 40
const FRAME_EDGE = 960

/**
 * Looks for a QR code with the camera while `isOn`. `onText` gets each text once, until another one is seen;
 * whether it is what was wanted is for the caller to say. `video` goes on the element that shows the picture.
 */
export function useQrCamera(
  isOn: boolean,
  onText: (text: string) => void,
  ports: CameraPorts = deviceCamera,
): { readonly state: CameraState; readonly video: (element: HTMLVideoElement | null) => void } {
  const [problem, setProblem] = useState<CameraProblem | null>(null)
  const [stream, setStream] = useState<MediaStream | null>(null)
  const element = useRef<HTMLVideoElement | null>(null)
  const tell = useRef(onText)
  useEffect(() => {
    tell.current = onText
  })

  useEffect(() => {
    if (!isOn) return
    let isWanted = true
    let opened: MediaStream | null = null
    ports.open().then(
      (camera) => {
        opened = camera
        if (!isWanted) return close(camera)
        setStream(camera)
      },
      (fault: unknown) => {
        if (isWanted) setProblem(problemOf(fault))
      },
    )
    return () => {
      isWanted = false
      if (opened !== null) close(opened)
      setStream(null)
      setProblem(null)
    }
  }, [isOn, ports])

  useEffect(() => {
    if (stream === null) return
    let last: string | null = null
    return ports.every(LOOK_EVERY_MS, () => {
      if (element.current === null) return
      const picture = ports.grab(element.current)
      const text = picture === null ? null : decodeQr(picture, LOOK_MS)
      if (text === null || text === last) return
      last = text
      tell.current(text)
    })
  }, [stream, ports])

  // Another function for another stream: React calls it with the element whenever either changes.
  const video = useCallback(
    (mounted: HTMLVideoElement | null) => {
      element.current = mounted
      if (mounted !== null && stream !== null) ports.show(mounted, stream)
    },
    [stream, ports],
  )
  return { state: stateOf(isOn, stream, problem), video }
}

function stateOf(
  isOn: boolean,
  stream: MediaStream | null,
  problem: CameraProblem | null,
): CameraState {
  if (!isOn) return { kind: 'off' }
  if (problem !== null) return { kind: 'problem', why: problem }
  return { kind: stream === null ? 'starting' : 'looking' }
}

function close(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function problemOf(fault: unknown): CameraProblem {
  switch (fault instanceof Error ? fault.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'no-camera'
    case 'NotReadableError':
    case 'AbortError':
      return 'in-use'
    default:
      return 'failed'
  }
}

const deviceCamera: CameraPorts = {
  open: () =>
    navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'environment', width: { ideal: 1_280 }, height: { ideal: 720 } },
    }),
  show(video, stream) {
    video.srcObject = stream
    video.muted = true
    // It fails only when the element is taken away meanwhile; then there is nothing to show.
    video.play().catch(() => {})
  },
  grab(video) {
    const { videoWidth: width, videoHeight: height } = video
    return width === 0 ? null : pixelsOf(video, fitInto({ width, height }, FRAME_EDGE))
  },
  every(ms, run) {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}
