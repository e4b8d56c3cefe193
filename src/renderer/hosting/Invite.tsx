import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { HostingView } from '../../ipc/contract.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState, useClock } from '../app/context.ts'
import { Button } from '../parts/Button.tsx'
import { words } from '../words.ts'
import { QrCode } from './QrCode.tsx'

const COPIED_MS = 2_000

export function Invite({ hosting }: { readonly hosting: HostingView }) {
  const { sessions } = useActions()
  const clock = useClock()
  const [copied, setCopied] = useState(false)

  useEffect(
    () => (copied ? clock.after(COPIED_MS, () => setCopied(false)) : undefined),
    [clock, copied],
  )

  const Icon = copied ? Check : Copy
  return (
    <section className="invite" aria-label={words.hosting.invite}>
      {hosting.invite === '' ? null : (
        <>
          <QrCode text={hosting.invite} />
          <Button look="primary" onClick={() => void sessions.copy(hosting.invite).then(setCopied)}>
            <Icon size={15} strokeWidth={1.5} aria-hidden="true" />
            <span aria-live="polite">{copied ? words.hosting.copied : words.hosting.copyLink}</span>
          </Button>
          <p>{words.hosting.inviteText}</p>
        </>
      )}
      <Code session={hosting.sessionId} />
      <h3>{words.hosting.addresses}</h3>
      <ul>
        {hosting.addresses.map((address) => (
          <li key={address}>
            {address} · {words.hosting.port(hosting.port)}
          </li>
        ))}
      </ul>
      {hosting.keyWords === undefined ? null : (
        <>
          <h3>{words.hosting.key}</h3>
          <p>{words.keyWords(hosting.keyWords)}</p>
        </>
      )}
    </section>
  )
}

/** The short code, for a computer that can neither scan nor receive the link. */
function Code({ session }: { readonly session: SessionId }) {
  const { admin } = useActions()
  const code = useAppState((state) => state.admin.get(session)?.code)
  if (code == null) return null
  return (
    <>
      <h3>{words.admin.code.title}</h3>
      <p className="code" aria-label={words.admin.code.label(code.code)} role="status">
        {code.code}
      </p>
      <p>{words.admin.code.text}</p>
      <Button className="invite-renew" onClick={() => void admin.newCode(session)}>
        {words.admin.code.renew}
      </Button>
    </>
  )
}
