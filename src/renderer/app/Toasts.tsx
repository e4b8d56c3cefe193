import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { IconButton } from '../parts/Button.tsx'
import { words } from '../words.ts'

export function Toasts() {
  const { toasts } = Toast.useToastManager()
  return (
    <Toast.Portal>
      <Toast.Viewport className="toasts" aria-label={words.notifications}>
        {toasts.map((toast) => (
          <Toast.Root key={toast.id} toast={toast} className="toast">
            <Toast.Description />
            <Toast.Close
              render={
                <IconButton label={words.close}>
                  <X size={16} strokeWidth={1.5} aria-hidden="true" />
                </IconButton>
              }
            />
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  )
}
