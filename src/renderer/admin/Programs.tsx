import { useEffect, useState } from 'react'
import type { SessionId } from '../../protocol/ids.ts'
import type { IntegrationRecord } from '../../protocol/integrations.ts'
import { useActions, useAppState, useNow } from '../app/context.ts'
import { useSubmission } from '../app/use-form.ts'
import { Button } from '../parts/Button.tsx'
import { sessionOf, sessionViewOf } from '../store/state.ts'
import type { SessionState } from '../store/state.ts'
import { formatList, formatMoment } from '../words-format.ts'
import { words } from '../words.ts'
import { NewProgram } from './NewProgram.tsx'

interface ProgramsProps {
  readonly session: SessionId
  readonly isHosting: boolean
}

/** The session's webhooks and bots, or why it has none. */
export function Programs({ session, isHosting }: ProgramsProps) {
  const { admin } = useActions()
  // Making and taking away is written to the log, and whatever is changes what is watched as well.
  const seen = useAppState((state) => state.admin.get(session))
  // Letting programs in starts the server anew, so that the connection tells of it.
  const isOnline = useAppState(
    (state) => sessionViewOf(state, session)?.connection.state === 'online',
  )
  const [programs, setPrograms] = useState<readonly IntegrationRecord[] | 'off' | null>(null)
  /** Why they cannot be read now. */
  const [fault, setFault] = useState<string | null>(null)
  const [changes, setChanges] = useState(0)
  const [making, setMaking] = useState(false)
  const { problem: refusal, submit } = useSubmission()
  const problem = refusal ?? fault
  const text = words.admin.programs
  const changed = (): void => setChanges((count) => count + 1)

  useEffect(() => {
    if (!isOnline) return undefined
    let open = true
    void admin.integrations(session).then((result) => {
      if (!open) return
      // Those who are shown this may manage, so that only the switch can be what forbids it.
      const isOff = !result.ok && result.failure.kind === 'not-allowed'
      setFault(result.ok || isOff ? null : result.failure.message)
      if (result.ok) setPrograms(result.value)
      else if (isOff) setPrograms('off')
    })
    return () => {
      open = false
    }
    // The last two only say that something may have changed.
  }, [admin, session, isOnline, seen, changes])

  return (
    <>
      {problem === null ? null : (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
      {programs === null ? (
        <p className="dialog-text" role="status">
          {isOnline && problem === null ? words.admin.loading : ''}
        </p>
      ) : programs === 'off' ? (
        <p className="dialog-text" role="status">
          {isHosting ? text.offHere : text.offElsewhere}
        </p>
      ) : (
        <>
          <p className="dialog-text">{text.lead}</p>
          {making ? (
            <NewProgram
              session={session}
              isHosting={isHosting}
              onMade={changed}
              onClose={() => setMaking(false)}
            />
          ) : (
            <Button className="start" onClick={() => setMaking(true)}>
              {text.make}
            </Button>
          )}
          {programs.length === 0 ? (
            <p className="dialog-text">{text.none}</p>
          ) : (
            <ProgramTable
              session={session}
              programs={programs}
              onRevoke={({ id }) =>
                void submit(() => admin.revokeIntegration(session, id)).then(changed)
              }
              onEnable={({ id }) =>
                void submit(() => admin.enableIntegration(session, id)).then(changed)
              }
            />
          )}
        </>
      )}
    </>
  )
}

interface ProgramTableProps {
  readonly session: SessionId
  readonly programs: readonly IntegrationRecord[]
  readonly onRevoke: (program: IntegrationRecord) => void
  readonly onEnable: (program: IntegrationRecord) => void
}

function ProgramTable({ session, programs, onRevoke, onEnable }: ProgramTableProps) {
  const rooms = useAppState((state) => sessionOf(state, session).rooms)
  const now = useNow(60_000)
  const text = words.admin.programs
  return (
    <table className="devices programs">
      <caption className="unseen">{text.table}</caption>
      <thead>
        <tr>
          <th scope="col">{text.columns.name}</th>
          <th scope="col">{text.columns.room}</th>
          <th scope="col">{text.columns.state}</th>
          <th scope="col">
            <span className="unseen">{text.columns.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {programs.map((program) => (
          <tr key={program.id}>
            <th scope="row">
              <div className="ellipsis" dir="auto">
                {program.name}
              </div>
              <div className="program-what ellipsis" title={describe(program)}>
                {describe(program)}
              </div>
            </th>
            <td className="program-cut" dir="auto">
              {roomsOf(program, rooms)}
            </td>
            <td title={program.disabledAt === null ? undefined : text.stoppedText}>
              {program.disabledAt === null
                ? text.works
                : text.stopped(formatMoment(program.disabledAt, now))}
            </td>
            <td>
              {program.disabledAt === null ? null : (
                <Button
                  aria-label={text.enableName(program.name)}
                  onClick={() => onEnable(program)}
                >
                  {text.enable}
                </Button>
              )}{' '}
              <Button aria-label={text.revokeName(program.name)} onClick={() => onRevoke(program)}>
                {text.revoke}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Of the rooms this person is in: a program may be in others too. */
function roomsOf({ id, what }: IntegrationRecord, rooms: SessionState['rooms']): string {
  const names = [...rooms.values()]
    .filter((room) =>
      what.kind === 'incoming' ? room.id === what.room : room.memberIds.includes(id),
    )
    .map(({ name }) => `#${name}`)
  return names.length === 0 ? words.admin.programs.noRooms : formatList(names)
}

/** What it is, and where an outgoing webhook tells or what a bot may. */
function describe({ what }: IntegrationRecord): string {
  const { kinds, scopeNames } = words.admin.programs
  const kind = kinds[what.kind]
  if (what.kind === 'outgoing') return `${kind} · ${what.url}`
  if (what.kind === 'incoming') return kind
  return `${kind} · ${what.scopes.map((scope) => scopeNames[scope]).join(', ')}`
}
