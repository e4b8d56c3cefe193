import { useState } from 'react'
import type { ThemeChoice } from '../../ipc/contract.ts'
import { useActions, useAppState } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { MEMBER_NAME_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { Modal } from '../parts/Modal.tsx'
import { words } from '../words.ts'
import '../rooms/rooms.css'

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark']

export function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const { sessions } = useActions()
  const app = useAppState((state) => state.app)
  const [name, setName] = useState(app?.profile?.name ?? '')
  const [saved, setSaved] = useState(false)
  const { busy, problem, submit, setProblem } = useSubmission()
  if (app === null) return null

  async function save(): Promise<void> {
    if (name.trim() === '') return setProblem(words.settings.nameMissing)
    setSaved(await submit(() => sessions.setName(name.trim())))
  }

  return (
    <Modal title={words.settings.title} onClose={onClose}>
      <div className="dialog-body">
        <form
          className="settings-name"
          onSubmit={(event) => {
            event.preventDefault()
            void save()
          }}
        >
          <Field
            label={words.settings.name}
            value={name}
            maxLength={MEMBER_NAME_LENGTH}
            problem={problem}
            onChange={(event) => {
              setName(event.target.value)
              setSaved(false)
              setProblem(null)
            }}
          />
          <Button type="submit" aria-disabled={busy}>
            {words.settings.save}
          </Button>
          <span role="status">{saved ? words.settings.saved : ''}</span>
        </form>
        <fieldset className="choices">
          <legend>{words.settings.theme}</legend>
          {THEMES.map((theme) => (
            <label key={theme}>
              <input
                type="radio"
                name="theme"
                checked={app.theme === theme}
                onChange={() => void sessions.setTheme(theme)}
              />
              {words.settings.themes[theme]}
            </label>
          ))}
        </fieldset>
        <p className="field-hint">
          {words.settings.versions(app.versions.app, app.versions.electron, app.versions.protocol)}
        </p>
      </div>
    </Modal>
  )
}
