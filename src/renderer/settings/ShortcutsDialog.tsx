import { useAppState } from '../app/context.ts'
import { Modal } from '../parts/Modal.tsx'
import { words } from '../words.ts'
import './settings.css'

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const mac = useAppState((state) => state.app?.platform === 'darwin')
  return (
    <Modal title={words.shortcuts.title} width="46rem" onClose={onClose}>
      <div className="dialog-body shortcuts" tabIndex={0}>
        {words.shortcuts.groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key.replace('Mod', mac ? '⌘' : 'Ctrl')}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
