import { Check, Copy } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { SessionId } from '../../protocol/ids.ts'
import type { IntegrationKind, Scope, WebhookEvent } from '../../protocol/integrations.ts'
import { useActions, useAppState } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { MEMBER_NAME_LENGTH, WEBHOOK_URL_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { Field } from '../parts/Field.tsx'
import { groupsOf } from '../store/select.ts'
import { sessionOf } from '../store/state.ts'
import { words } from '../words.ts'

type Kind = IntegrationKind['kind']
const KINDS: readonly Kind[] = ['incoming', 'outgoing', 'bot']
const SCOPES: readonly Scope[] = ['read', 'write', 'rooms']
/** Everything that happens in a room; commands are for those who say which. */
const EVENTS: readonly WebhookEvent[] = [
  'message.posted',
  'message.edited',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
  'member.joined',
  'member.left',
  'room.changed',
]

interface NewProgramProps {
  readonly session: SessionId
  readonly isHosting: boolean
  readonly onMade: () => void
  readonly onClose: () => void
}

/** What it is and where; then its secret, which is shown this once. */
export function NewProgram({ session, isHosting, onMade, onClose }: NewProgramProps) {
  const { admin } = useActions()
  const rooms = useAppState((state) => sessionOf(state, session).rooms)
  const groups = useMemo(() => groupsOf(rooms).filter(({ left }) => left !== true), [rooms])
  const [kind, setKind] = useState<Kind>('incoming')
  const [name, setName] = useState('')
  const [room, setRoom] = useState(groups[0]?.id)
  const [url, setUrl] = useState('')
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set(['read', 'write']))
  const [secret, setSecret] = useState<string | null>(null)
  const { busy, problem, submit, setProblem } = useSubmission()
  const text = words.admin.programs

  function mistake(): string | null {
    if (name.trim() === '') return text.nameMissing
    if (room === undefined) return text.noRoom
    if (kind === 'outgoing' && !isWebAddress(url.trim())) return text.urlWrong
    return kind === 'bot' && scopes.size === 0 ? text.scopeMissing : null
  }

  async function make(): Promise<void> {
    const wrong = mistake()
    if (wrong !== null || room === undefined) return setProblem(wrong)
    const what: IntegrationKind =
      kind === 'incoming'
        ? { kind, room }
        : kind === 'outgoing'
          ? { kind, url: url.trim(), events: [...EVENTS], commands: [] }
          : { kind, role: 'member', scopes: SCOPES.filter((one) => scopes.has(one)), commands: [] }
    await submit(async () => {
      const wanted = { name: name.trim(), rooms: [room], what }
      const result = await admin.createIntegration(session, wanted)
      if (result.ok) {
        setSecret(result.value.secret)
        onMade()
      } else if (kind === 'outgoing' && result.failure.kind === 'not-allowed') {
        return { ok: false, failure: { ...result.failure, message: text.urlRefused } }
      }
      return result
    })
  }

  if (secret !== null) {
    return <MadeProgram kind={kind} secret={secret} isHosting={isHosting} onClose={onClose} />
  }
  return (
    <form
      className="new-invite"
      aria-label={text.make}
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <div className="new-invite-choices">
        <Choice
          label={text.kind}
          value={kind}
          options={KINDS.map((one) => ({ value: one, words: text.kinds[one] }))}
          onChange={setKind}
        />
        <Choice
          label={text.room}
          value={room}
          options={groups.map(({ id, name: group }) => ({ value: id, words: `#${group}` }))}
          onChange={setRoom}
        />
      </div>
      <p className="field-hint">{text.kindTexts[kind]}</p>
      <Field
        label={text.name}
        value={name}
        maxLength={MEMBER_NAME_LENGTH}
        placeholder={text.namePlaceholder}
        onChange={(event) => setName(event.target.value)}
      />
      {kind === 'outgoing' ? (
        <Field
          label={text.url}
          value={url}
          dir="ltr"
          inputMode="url"
          spellCheck={false}
          maxLength={WEBHOOK_URL_LENGTH}
          placeholder={text.urlPlaceholder}
          onChange={(event) => setUrl(event.target.value)}
        />
      ) : null}
      {kind === 'bot' ? <Scopes chosen={scopes} onChange={setScopes} /> : null}
      {problem === null ? null : (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="row-actions">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button type="submit" look="primary" aria-disabled={busy}>
          {text.submit}
        </Button>
      </div>
    </form>
  )
}

interface ScopesProps {
  readonly chosen: ReadonlySet<Scope>
  readonly onChange: (scopes: ReadonlySet<Scope>) => void
}

function Scopes({ chosen, onChange }: ScopesProps) {
  const text = words.admin.programs
  return (
    <fieldset className="scopes">
      <legend>{text.scopes}</legend>
      {SCOPES.map((scope) => (
        <label key={scope} className="check">
          <input
            type="checkbox"
            checked={chosen.has(scope)}
            onChange={(event) => {
              const others = [...chosen].filter((one) => one !== scope)
              onChange(new Set(event.target.checked ? [...others, scope] : others))
            }}
          />
          {text.scopeNames[scope]}
        </label>
      ))}
    </fieldset>
  )
}

interface MadeProgramProps {
  readonly kind: Kind
  readonly secret: string
  readonly isHosting: boolean
  readonly onClose: () => void
}

function MadeProgram({ kind, secret, isHosting, onClose }: MadeProgramProps) {
  const { sessions } = useActions()
  const [copied, setCopied] = useState(false)
  const text = words.admin.programs
  const Icon = copied ? Check : Copy
  return (
    <section className="made-invite" aria-label={text.make}>
      <div>
        <p role="status">{text.made[kind]}</p>
        <p className="made-link">{secret}</p>
        {kind === 'incoming' && isHosting ? (
          <p className="field-hint">{text.ownCertificate}</p>
        ) : null}
        <div className="row-actions">
          <Button onClick={onClose}>{words.close}</Button>
          <Button look="primary" onClick={() => void sessions.copy(secret).then(setCopied)}>
            <Icon size={15} strokeWidth={1.5} aria-hidden="true" />
            <span aria-live="polite">{copied ? text.copied : text.copy[kind]}</span>
          </Button>
        </div>
      </div>
    </section>
  )
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
