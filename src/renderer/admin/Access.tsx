import { useState } from 'react'
import type { AdminView } from '../../ipc/admin-contract.ts'
import type { SettingsChange } from '../../protocol/admin.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { useQueue, useSubmission } from '../app/use-form.ts'
import { PASSPHRASE_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { sessionViewOf } from '../store/state.ts'
import { formatBytes } from '../words-format.ts'
import { words } from '../words.ts'
import { Switch } from './Switch.tsx'

interface AccessProps {
  readonly session: SessionId
  readonly admin: AdminView
  readonly isHosting: boolean
}

/** Who gets in, who may write, and what this costs the computer that hosts. */
export function Access({ session, admin, isHosting }: AccessProps) {
  const { admin: actions, sessions } = useActions()
  const isHost = useAppState((state) => sessionViewOf(state, session)?.self.role === 'host')
  const app = useAppState((state) => state.app)
  const hosting = useAppState((state) => state.hosting.get(session))
  const { problem, run } = useQueue()
  // Each has a line of its own: opening the doors takes as long as the server needs to start anew.
  const doors = useQueue()
  const computer = useQueue()
  const problems = [problem, doors.problem, computer.problem].filter((each) => each !== null)
  const { settings } = admin
  const change = (wanted: SettingsChange): Promise<boolean> =>
    run(() => actions.changeSession(session, wanted))
  const text = words.admin.access

  return (
    <div className="access">
      {problems.map((each) => (
        <p key={each} className="field-problem" role="alert">
          {each}
        </p>
      ))}
      <Switch
        label={text.lock}
        text={text.lockText}
        on={settings.locked}
        told={admin}
        onChange={(locked) => change({ locked })}
      />
      <Switch
        label={text.readOnly}
        text={text.readOnlyText}
        on={settings.readOnly}
        told={admin}
        onChange={(readOnly) => change({ readOnly })}
      />
      <Switch
        label={text.approval}
        text={isHost ? text.approvalText : text.hostOnly}
        on={settings.approval}
        told={admin}
        disabled={!isHost}
        onChange={(approval) => change({ approval })}
      />
      <Switch
        label={text.open}
        text={isHost ? text.openText : text.hostOnly}
        on={settings.access === 'open'}
        told={admin}
        disabled={!isHost}
        onChange={(open) => change({ access: open ? 'open' : 'invite' })}
      />
      {isHost ? <Passphrase session={session} isSet={settings.passphrase} /> : null}
      {isHosting ? (
        <Switch
          label={text.doors}
          text={text.doorsText}
          on={hosting?.doors === true}
          told={hosting}
          onChange={(open) => doors.run(() => sessions.setDoors(session, open))}
        />
      ) : null}
      {isHosting ? (
        <Switch
          label={text.stayAwake}
          text={text.stayAwakeText}
          on={app?.settings.stayAwakeWhileHosting === true}
          told={app}
          onChange={(on) => computer.run(() => sessions.setStayAwake(on))}
        />
      ) : null}
      <section>
        <h3>{text.storage}</h3>
        <p>{text.storageText(formatBytes(admin.storageBytes), isHosting)}</p>
      </section>
    </div>
  )
}

function Passphrase({ session, isSet }: { readonly session: SessionId; readonly isSet: boolean }) {
  const { admin } = useActions()
  const [value, setValue] = useState('')
  const { busy, problem, submit, setProblem } = useSubmission()
  const text = words.admin.access

  async function set(): Promise<void> {
    if (value.length < PASSPHRASE_LENGTH.least) return setProblem(text.passphraseShort)
    if (await submit(() => admin.changeSession(session, { passphrase: value }))) setValue('')
  }

  return (
    <form
      className="passphrase"
      aria-label={text.passphrase}
      onSubmit={(event) => {
        event.preventDefault()
        void set()
      }}
    >
      <h3>{text.passphrase}</h3>
      <p role="status">{isSet ? text.passphraseOn : text.passphraseOff}</p>
      <Field
        label={text.passphraseNew}
        value={value}
        maxLength={PASSPHRASE_LENGTH.most}
        spellCheck={false}
        problem={problem}
        onChange={(event) => {
          setValue(event.target.value)
          setProblem(null)
        }}
      />
      <div className="row-actions">
        <Button type="submit" aria-disabled={busy}>
          {text.passphraseSet}
        </Button>
        {isSet ? (
          <Button
            look="danger"
            aria-disabled={busy}
            onClick={() => void submit(() => admin.changeSession(session, { passphrase: null }))}
          >
            {text.passphraseRemove}
          </Button>
        ) : null}
      </div>
    </form>
  )
}
