import { useState } from 'react'
import type { InviteRecord } from '../../protocol/admin.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useNow } from '../app/context.ts'
import { Button } from '../parts/Button.tsx'
import { formatMoment } from '../words-format.ts'
import { words } from '../words.ts'
import { NewInvite } from './NewInvite.tsx'

interface InvitesProps {
  readonly session: SessionId
  readonly invites: readonly InviteRecord[]
}

export function Invites({ session, invites }: InvitesProps) {
  const { admin } = useActions()
  const [making, setMaking] = useState(false)
  const now = useNow(60_000)
  const text = words.admin.invites
  const sorted = invites.toSorted(
    (a, b) =>
      Number(endOf(a, now) !== null) - Number(endOf(b, now) !== null) || b.createdAt - a.createdAt,
  )
  return (
    <>
      <p className="dialog-text">{text.lead}</p>
      {making ? (
        <NewInvite session={session} onClose={() => setMaking(false)} />
      ) : (
        <Button className="start" onClick={() => setMaking(true)}>
          {text.make}
        </Button>
      )}
      {sorted.length === 0 ? (
        <p className="dialog-text">{text.none}</p>
      ) : (
        <table className="devices">
          <caption className="unseen">{words.admin.tabs.invites}</caption>
          <thead>
            <tr>
              <th scope="col">{text.columns.label}</th>
              <th scope="col">{text.columns.role}</th>
              <th scope="col">{text.columns.used}</th>
              <th scope="col">{text.columns.until}</th>
              <th scope="col">
                <span className="unseen">{text.columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((invite) => {
              const end = endOf(invite, now)
              const label = text.nameOf(invite.label)
              return (
                <tr key={invite.id} data-ended={end === null ? undefined : true}>
                  <th scope="row">
                    <span className="ellipsis" dir="auto">
                      {label}
                    </span>
                  </th>
                  <td>{words.admin.roles[invite.role]}</td>
                  <td>{text.used(invite.uses, invite.maxUses)}</td>
                  <td>
                    {end ??
                      (invite.expiresAt === null ? text.ever : formatMoment(invite.expiresAt, now))}
                  </td>
                  <td>
                    {end === null ? (
                      <Button
                        aria-label={text.revokeName(label)}
                        onClick={() => void admin.revokeInvite(session, invite.id)}
                      >
                        {text.revoke}
                      </Button>
                    ) : null}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </>
  )
}

/** Why it admits nobody any more; null while it does. */
function endOf({ revokedAt, expiresAt, maxUses, uses }: InviteRecord, now: number): string | null {
  const text = words.admin.invites
  if (revokedAt !== null) return text.revoked
  if (maxUses !== null && uses >= maxUses) return text.usedUp
  return expiresAt !== null && expiresAt <= now ? text.expired : null
}
