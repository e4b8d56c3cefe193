import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import type { SessionId } from '../../protocol/ids.ts'
import type { Role } from '../../protocol/roles.ts'
import { useActions, useAppState } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { QrCode } from '../hosting/QrCode.tsx'
import { INVITE_LABEL_LENGTH } from '../limits.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { Field } from '../parts/Field.tsx'
import { sessionViewOf } from '../store/state.ts'
import { words } from '../words.ts'
import { givableRoles } from './may.ts'

const HOUR_MS = 3_600_000
const LIVES = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 168 * HOUR_MS,
  ever: null,
} as const
type Life = keyof typeof LIVES
const LIFE_NAMES: readonly Life[] = ['hour', 'day', 'week', 'ever']
const USES: readonly (number | null)[] = [1, 5, 25, null]
type InvitedRole = Exclude<Role, 'host'>

interface NewInviteProps {
  readonly session: SessionId
  readonly onClose: () => void
}

/** For whom, how long and how many; then the link, which is shown this once. */
export function NewInvite({ session, onClose }: NewInviteProps) {
  const { admin } = useActions()
  const selfRole = useAppState((state) => sessionViewOf(state, session)?.self.role ?? 'member')
  const [label, setLabel] = useState('')
  const [role, setRole] = useState<InvitedRole>('member')
  const [life, setLife] = useState<Life>('day')
  const [uses, setUses] = useState<number | null>(1)
  const [link, setLink] = useState<string | null>(null)
  const { busy, problem, submit } = useSubmission()
  const text = words.admin.invites
  const roles = givableRoles(selfRole).filter((one): one is InvitedRole => one !== 'host')

  async function make(): Promise<void> {
    await submit(async () => {
      const wanted = { label: label.trim(), role, lifeMs: LIVES[life], maxUses: uses }
      const result = await admin.createInvite(session, wanted)
      if (result.ok) setLink(result.value.link)
      return result
    })
  }

  if (link !== null) return <MadeInvite link={link} onClose={onClose} />
  return (
    <form
      className="new-invite"
      aria-label={text.make}
      onSubmit={(event) => {
        event.preventDefault()
        void make()
      }}
    >
      <Field
        label={text.label}
        value={label}
        maxLength={INVITE_LABEL_LENGTH}
        placeholder={text.labelPlaceholder}
        problem={problem}
        onChange={(event) => setLabel(event.target.value)}
      />
      <div className="new-invite-choices">
        <Choice
          label={text.role}
          value={role}
          options={roles.map((one) => ({ value: one, words: words.admin.roles[one] }))}
          onChange={setRole}
        />
        <Choice
          label={text.life}
          value={life}
          options={LIFE_NAMES.map((one) => ({ value: one, words: text.lives[one] }))}
          onChange={setLife}
        />
        <Choice
          label={text.uses}
          value={uses}
          options={USES.map((one) => ({ value: one, words: text.useCounts(one) }))}
          onChange={setUses}
        />
      </div>
      <div className="row-actions">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button type="submit" look="primary" aria-disabled={busy}>
          {text.submit}
        </Button>
      </div>
    </form>
  )
}

function MadeInvite({ link, onClose }: { readonly link: string; readonly onClose: () => void }) {
  const { sessions } = useActions()
  const [copied, setCopied] = useState(false)
  const text = words.admin.invites
  const Icon = copied ? Check : Copy
  return (
    <section className="made-invite" aria-label={text.make}>
      <QrCode text={link} />
      <div>
        <p role="status">{text.made}</p>
        <p className="made-link">{link}</p>
        <div className="row-actions">
          <Button onClick={onClose}>{words.close}</Button>
          <Button look="primary" onClick={() => void sessions.copy(link).then(setCopied)}>
            <Icon size={15} strokeWidth={1.5} aria-hidden="true" />
            <span aria-live="polite">{copied ? text.copied : text.copy}</span>
          </Button>
        </div>
      </div>
    </section>
  )
}
