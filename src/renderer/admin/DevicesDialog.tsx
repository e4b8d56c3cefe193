import { useEffect, useState } from 'react'
import type { DeviceRecord, ShortCode } from '../../protocol/admin.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState, useNow } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { Modal } from '../parts/Modal.tsx'
import { sessionViewOf } from '../store/state.ts'
import { formatMoment } from '../words-format.ts'
import { words } from '../words.ts'
import './admin.css'

const MINUTE_MS = 60_000

interface DevicesDialogProps {
  readonly session: SessionId
  readonly onClose: () => void
}

/** One's own devices in a session, and the code that links another one. */
export function DevicesDialog({ session, onClose }: DevicesDialogProps) {
  const { admin } = useActions()
  const [devices, setDevices] = useState<readonly DeviceRecord[] | null>(null)
  const [code, setCode] = useState<ShortCode | null>(null)
  const { busy, problem, submit, setProblem } = useSubmission()
  const isOnline = useAppState(
    (state) => sessionViewOf(state, session)?.connection.state === 'online',
  )
  const now = useNow(1_000)
  const text = words.admin.devices

  useEffect(() => {
    let open = true
    void admin.devices(session).then((result) => {
      if (!open) return
      setProblem(result.ok ? null : result.failure.message)
      if (result.ok) setDevices(result.value)
    })
    return () => {
      open = false
    }
    // oxlint-disable-next-line react/exhaustive-deps -- asked again when the connection is back
  }, [admin, session, isOnline])

  async function link(): Promise<void> {
    await submit(async () => {
      const result = await admin.linkCode(session)
      if (result.ok) setCode(result.value)
      return result
    })
  }
  async function forget(device: DeviceRecord): Promise<void> {
    const gone = await submit(() => admin.forgetDevice(session, device.id))
    if (gone) setDevices((known) => known?.filter(({ id }) => id !== device.id) ?? null)
  }

  const left = code?.expiresAt == null ? 10 : Math.ceil((code.expiresAt - now) / MINUTE_MS)
  return (
    <Modal title={text.title} onClose={onClose}>
      <div className="dialog-body">
        <p className="dialog-text">{text.lead}</p>
        {code === null || left <= 0 ? (
          <Button className="start" look="primary" aria-disabled={busy} onClick={() => void link()}>
            {text.link}
          </Button>
        ) : (
          <div className="link-code" role="status">
            <p className="code" aria-label={words.admin.code.label(code.code)}>
              {code.code}
            </p>
            <p>{text.codeText(left)}</p>
          </div>
        )}
        {problem === null ? null : (
          <p className="field-problem" role="alert">
            {problem}
          </p>
        )}
        {devices === null ? (
          problem === null ? (
            <p className="dialog-text" role="status">
              {text.loading}
            </p>
          ) : null
        ) : (
          <ul className="own-devices" aria-label={text.list}>
            {devices.map((device) => (
              <li key={device.id}>
                <p>
                  <strong dir="auto">{device.name}</strong>{' '}
                  <span>
                    {device.current
                      ? text.current
                      : text.lastSeen(formatMoment(device.lastSeen, now))}
                  </span>
                </p>
                {device.current ? null : (
                  <Button
                    look="danger"
                    aria-disabled={busy}
                    aria-label={text.forgetName(device.name)}
                    onClick={() => void forget(device)}
                  >
                    {text.forget}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Modal>
  )
}
