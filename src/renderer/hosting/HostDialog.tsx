import { useState } from 'react'
import type { CommandArguments } from '../../ipc/contract.ts'
import { useActions } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { PASSPHRASE_LENGTH, SESSION_NAME_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { Modal } from '../parts/Modal.tsx'
import { words } from '../words.ts'
import '../rooms/rooms.css'

type Who = 'invite' | 'passphrase' | 'open'
const CHOICES: readonly Who[] = ['invite', 'passphrase', 'open']

/** Asks for a name and for who may come in, starts, and goes on to the hosting panel with its invite. */
export function HostDialog({ onClose }: { readonly onClose: () => void }) {
  const { sessions, navigation } = useActions()
  const [name, setName] = useState('')
  const [who, setWho] = useState<Who>('invite')
  const [passphrase, setPassphrase] = useState('')
  const [approval, setApproval] = useState(false)
  const [short, setShort] = useState<string | null>(null)
  const { busy, problem, submit, setProblem } = useSubmission()

  async function host(): Promise<void> {
    if (name.trim() === '') return setProblem(words.host.nameMissing)
    if (who === 'passphrase' && passphrase.length < PASSPHRASE_LENGTH.least) {
      return setShort(words.host.passphraseShort)
    }
    const wanted: CommandArguments<'session.host'> = {
      name: name.trim(),
      approval,
      access: who === 'open' ? 'open' : 'invite',
      ...(who === 'passphrase' ? { passphrase } : {}),
    }
    await submit(async () => {
      const result = await sessions.host(wanted)
      if (result.ok) navigation.openDialog({ kind: 'hosting', session: result.value.session })
      return result
    })
  }

  return (
    <Modal title={words.host.title} onClose={onClose}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          void host()
        }}
      >
        <p className="dialog-text">{words.host.lead}</p>
        <Field
          label={words.host.name}
          value={name}
          maxLength={SESSION_NAME_LENGTH}
          placeholder={words.host.namePlaceholder}
          problem={problem}
          onChange={(event) => {
            setName(event.target.value)
            setProblem(null)
          }}
        />
        <WhoChoice value={who} onChange={setWho} />
        {who === 'passphrase' ? (
          <Field
            label={words.host.passphrase}
            hint={words.host.passphraseHint}
            value={passphrase}
            maxLength={PASSPHRASE_LENGTH.most}
            spellCheck={false}
            problem={short}
            onChange={(event) => {
              setPassphrase(event.target.value)
              setShort(null)
            }}
          />
        ) : null}
        <label className="check">
          <input
            type="checkbox"
            checked={approval}
            onChange={(event) => setApproval(event.target.checked)}
          />
          {words.host.approval}
        </label>
        <div className="dialog-actions">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look="primary" aria-disabled={busy}>
            {busy ? words.host.starting : words.host.submit}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function WhoChoice({ value, onChange }: { readonly value: Who; onChange(value: Who): void }) {
  return (
    <fieldset className="choices">
      <legend>{words.host.who}</legend>
      {CHOICES.map((id) => (
        <label key={id}>
          <input
            type="radio"
            name="who"
            aria-label={words.host.access[id].label}
            aria-describedby={`who-${id}`}
            checked={value === id}
            onChange={() => onChange(id)}
          />
          <span>
            <strong>{words.host.access[id].label}</strong>
            <span id={`who-${id}`}>{words.host.access[id].text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
