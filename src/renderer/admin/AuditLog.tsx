import { useEffect, useState } from 'react'
import type { AuditEntry } from '../../protocol/admin.ts'
import type { SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState, useNow } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { formatMoment } from '../words-format.ts'
import { words } from '../words.ts'

const PAGE = 50

/** What was done in the session, newest first. */
export function AuditLog({ session }: { readonly session: SessionId }) {
  const { admin } = useActions()
  // Whatever is written to the log changes what is watched as well: then it is read again.
  const seen = useAppState((state) => state.admin.get(session))
  const [entries, setEntries] = useState<readonly AuditEntry[] | null>(null)
  const more = (entries?.at(-1)?.number ?? 1) > 1
  const { busy, problem, submit, setProblem } = useSubmission()
  const now = useNow(60_000)

  useEffect(() => {
    let open = true
    void admin.audit(session, undefined, PAGE).then((result) => {
      if (!open) return
      if (!result.ok) return setProblem(result.failure.message)
      setProblem(null)
      setEntries((known) => merged(known ?? [], result.value))
    })
    return () => {
      open = false
    }
    // oxlint-disable-next-line react/exhaustive-deps -- read again when the session's state changed
  }, [admin, session, seen])

  async function loadMore(): Promise<void> {
    const before = entries?.at(-1)?.number
    if (entries === null || before === undefined) return
    await submit(async () => {
      const result = await admin.audit(session, before, PAGE)
      if (result.ok) setEntries((known) => merged(known ?? [], result.value))
      return result
    })
  }

  return (
    <>
      {problem === null ? null : (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
      {entries === null ? (
        <p className="dialog-text" role="status">
          {problem === null ? words.admin.loading : ''}
        </p>
      ) : entries.length === 0 ? (
        <p className="dialog-text">{words.admin.log.none}</p>
      ) : (
        <ol className="audit" aria-label={words.admin.log.label}>
          {entries.map((entry) => (
            <li key={entry.number}>
              <time dateTime={new Date(entry.at).toISOString()}>{formatMoment(entry.at, now)}</time>
              <span>{words.admin.did(entry)}</span>
            </li>
          ))}
        </ol>
      )}
      {more ? (
        <Button aria-disabled={busy} onClick={() => void loadMore()}>
          {words.admin.log.more}
        </Button>
      ) : null}
    </>
  )
}

/** Newest first. What is known stays, unless more happened since than the page tells. */
function merged(known: readonly AuditEntry[], page: readonly AuditEntry[]): readonly AuditEntry[] {
  const newest = known[0]?.number ?? 0
  const oldest = page.at(-1)?.number ?? 0
  if (oldest > newest + 1) return page
  const byNumber = new Map([...known, ...page].map((entry) => [entry.number, entry]))
  return [...byNumber.values()].toSorted((a, b) => b.number - a.number)
}
