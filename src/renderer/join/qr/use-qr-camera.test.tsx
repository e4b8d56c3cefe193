import { act, cleanup, render, screen } from '@testing-library/react'
import encodeQR from 'qr'
import { afterEach, describe, expect, test } from 'vitest'
import type { Picture } from './decode-qr.ts'
import { readQrFile } from './read-picture.ts'
import { type CameraPorts, useQrCamera } from './use-qr-camera.ts'

afterEach(cleanup)

function pictureOf(text: string): Picture {
  const modules = encodeQR(text, 'raw', { border: 4, scale: 4 })
  const size = modules.length
  const data = new Uint8ClampedArray(size * size * 4)
  for (const [y, row] of modules.entries()) {
    for (const [x, isDark] of row.entries()) {
      const light = isDark ? 0 : 255
      data.set([light, light, light, 255], (y * size + x) * 4)
    }
  }
  return { width: size, height: size, data }
}

function camera() {
  const seen: {
    picture: Picture | null
    look: (() => void) | null
    shown: boolean
    stopped: number
  } = {
    picture: null,
    shown: false,
    look: null,
    stopped: 0,
  }
  const stream = { getTracks: () => [{ stop: () => seen.stopped++ }] } as unknown as MediaStream
  let answer: (answer: MediaStream) => void = () => {}
  let refuse: (fault: Error) => void = () => {}
  const ports: CameraPorts = {
    open: () =>
      new Promise((resolve, reject) => {
        answer = resolve
        refuse = reject
      }),
    show: () => (seen.shown = true),
    grab: () => seen.picture,
    every(_ms, run) {
      seen.look = run
      return () => (seen.look = null)
    },
  }
  return {
    ports,
    seen,
    allow: () => act(() => Promise.resolve(answer(stream))),
    refuse: (fault: Error) => act(() => Promise.resolve(refuse(fault))),
    look: (picture: Picture | null) =>
      act(() => {
        seen.picture = picture
        seen.look?.()
      }),
  }
}

function Scanner(props: {
  readonly on: boolean
  readonly ports: CameraPorts
  readonly onText: (text: string) => void
}) {
  const { state, video } = useQrCamera(props.on, props.onText, props.ports)
  return (
    <>
      <p>{state.kind === 'problem' ? state.why : state.kind}</p>
      {state.kind === 'looking' ? <video ref={video} muted /> : null}
    </>
  )
}

describe('the camera', () => {
  test('tells each code it sees once, and is let go afterwards', async () => {
    const texts: string[] = []
    const { ports, seen, allow, look } = camera()
    const { rerender } = render(
      <Scanner on ports={ports} onText={(text) => texts.push(`early ${text}`)} />,
    )
    expect(screen.getByText('starting')).toBeTruthy()
    await allow()
    expect(screen.getByText('looking')).toBeTruthy()
    expect(seen.shown).toBe(true)
    rerender(<Scanner on ports={ports} onText={(text) => texts.push(text)} />)
    look(null)
    look(pictureOf('landline://join?one'))
    look(pictureOf('landline://join?one'))
    look(pictureOf('landline://join?two'))
    expect(texts).toEqual(['landline://join?one', 'landline://join?two'])
    expect(seen.stopped).toBe(0)
    rerender(<Scanner on={false} ports={ports} onText={(text) => texts.push(text)} />)
    expect(screen.getByText('off')).toBeTruthy()
    expect(seen).toMatchObject({ stopped: 1, look: null })
  })

  test('that comes too late is let go at once', async () => {
    const { ports, seen, allow } = camera()
    const { unmount } = render(<Scanner on ports={ports} onText={() => {}} />)
    unmount()
    await allow()
    expect(seen.stopped).toBe(1)
    expect(seen.look).toBeNull()
  })

  test.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'no-camera'],
    ['NotReadableError', 'in-use'],
    ['TypeError', 'failed'],
  ])('that fails with %s is %s', async (name, why) => {
    const { ports, refuse } = camera()
    render(<Scanner on ports={ports} onText={() => {}} />)
    const fault = new Error('no')
    fault.name = name
    await refuse(fault)
    expect(screen.getByText(why)).toBeTruthy()
  })
})

describe('an image file', () => {
  test('gives the text of its code, or says why not', async () => {
    const file = new Blob(['png'])
    const found = await readQrFile(file, () => Promise.resolve(pictureOf('landline://join?x')))
    expect(found).toEqual({ kind: 'text', text: 'landline://join?x' })
    const empty = { width: 40, height: 40, data: new Uint8ClampedArray(6_400).fill(255) }
    expect(await readQrFile(file, () => Promise.resolve(empty))).toEqual({ kind: 'no-code' })
    expect(await readQrFile(file, () => Promise.reject(new Error('no image')))).toEqual({
      kind: 'not-a-picture',
    })
  })
})
