import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { useRef } from 'react'
import type { CSSProperties, ReactNode, RefObject } from 'react'
import { words } from '../words.ts'
import { IconButton } from './Button.tsx'

interface ModalProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** Beside the title. */
  readonly extra?: ReactNode
  readonly width?: string
  readonly initialFocus?: RefObject<HTMLElement | null>
  /** For searching: the title is only for screen readers and nothing stands above the content. */
  readonly bare?: boolean
}

/** What a dialog is about has the focus first, not the button that closes it. */
const FIRST = '.dialog-body[tabindex], .dialog-body :is(input, textarea, button, [tabindex="0"])'

/** The frame of every dialog. It is rendered only while open; focus returns where it was. */
export function Modal(props: ModalProps) {
  const { title, onClose, children, extra, width, initialFocus, bare = false } = props
  const popup = useRef<HTMLDivElement>(null)
  const style = width === undefined ? {} : ({ '--dialog-width': width } as CSSProperties)
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup
          className="dialog"
          style={style}
          ref={popup}
          initialFocus={
            initialFocus ?? (() => popup.current?.querySelector<HTMLElement>(FIRST) ?? true)
          }
        >
          {bare ? (
            <Dialog.Title className="unseen">{title}</Dialog.Title>
          ) : (
            <div className="dialog-head">
              <Dialog.Title className="dialog-title">{title}</Dialog.Title>
              {extra}
              <Dialog.Close
                render={
                  <IconButton label={words.close}>
                    <X size={18} strokeWidth={1.5} aria-hidden="true" />
                  </IconButton>
                }
              />
            </div>
          )}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
