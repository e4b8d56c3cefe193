import { ArrowLeft } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useActions } from '../app/context.ts'
import { Button, IconButton } from '../parts/Button.tsx'
import { words } from '../words.ts'
import { readQrFile } from './qr/read-picture.ts'
import { useQrCamera } from './qr/use-qr-camera.ts'

interface QrScanProps {
  readonly onText: (text: string) => void
  readonly onBack: () => void
}

/** The camera while this is on screen, and the way to an image file beside it. */
export function QrScan({ onText, onBack }: QrScanProps) {
  const { join } = useActions()
  const [allowed, setAllowed] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const { state, video } = useQrCamera(allowed, onText)
  const file = useRef<HTMLInputElement>(null)
  const back = useRef<HTMLButtonElement>(null)

  useEffect(() => back.current?.focus(), [])
  useEffect(() => {
    let isOpen = true
    // The app lets a window use the camera for as long as this is open, and at no other time.
    void join.scan(true).then((result) => {
      if (!isOpen) return
      if (result.ok) setAllowed(true)
      else setProblem(result.failure.message)
    })
    return () => {
      isOpen = false
      void join.scan(false)
    }
  }, [join])

  async function choose(chosen: File | undefined): Promise<void> {
    if (chosen === undefined) return
    const reading = await readQrFile(chosen)
    if (reading.kind === 'text') onText(reading.text)
    else setProblem(reading.kind === 'no-code' ? words.join.scanNone : words.join.scanDamaged)
  }

  return (
    <section className="scan" aria-label={words.join.scan}>
      <header>
        <IconButton ref={back} label={words.join.back} onClick={onBack}>
          <ArrowLeft size={16} strokeWidth={1.5} aria-hidden="true" />
        </IconButton>
        <p>{words.join.scan}</p>
      </header>
      {state.kind === 'looking' ? (
        <video ref={video} aria-label={words.join.scanLabel} muted playsInline />
      ) : null}
      <p role="status">
        {state.kind === 'problem'
          ? words.join.camera[state.why]
          : state.kind === 'looking'
            ? words.join.scanning
            : words.join.scanStarting}
      </p>
      <input
        ref={file}
        type="file"
        accept="image/*"
        aria-label={words.join.scanImage}
        hidden
        onChange={(event) => {
          void choose(event.target.files?.[0])
          // The same image chosen again would be no change.
          event.target.value = ''
        }}
      />
      <Button onClick={() => file.current?.click()}>{words.join.scanImage}</Button>
      {problem === null ? null : (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  )
}
