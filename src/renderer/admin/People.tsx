import type { PersonView } from '../../client/views.ts'
import type { AdminView } from '../../ipc/admin-contract.ts'
import type { HostedDevice } from '../../ipc/contract.ts'
import type { WaitingPerson } from '../../protocol/admin.ts'
import type { MemberId, SessionId } from '../../protocol/ids.ts'
import { useActions, useAppState } from '../app/context.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Button } from '../parts/Button.tsx'
import { emptySession, sessionViewOf } from '../store/state.ts'
import { formatMilliseconds, formatTime } from '../words-format.ts'
import { words } from '../words.ts'
import { MemberMenu } from './MemberMenu.tsx'

interface PeopleProps {
  readonly session: SessionId
  readonly admin: AdminView | undefined
  readonly devices: readonly HostedDevice[] | null
}

/** Who waits, who is in and from where, who is kept out. */
export function People({ session, admin, devices }: PeopleProps) {
  const people = useAppState((state) => (state.sessions.get(session) ?? emptySession).people)
  const self = useAppState((state) => sessionViewOf(state, session)?.self)
  const rows = rowsOf([...people.values()], devices)
  return (
    <>
      {admin === undefined ? null : <Waiting session={session} waiting={admin.waiting} />}
      <table className="devices">
        <caption className="unseen">{words.hosting.peopleHeading}</caption>
        <thead>
          <tr>
            <th scope="col">{words.hosting.columns.name}</th>
            {devices === null ? null : (
              <>
                <th scope="col">{words.hosting.columns.device}</th>
                <th scope="col">{words.hosting.columns.roundTrip}</th>
                <th scope="col">{words.hosting.columns.since}</th>
              </>
            )}
            <th scope="col">{words.admin.columns.role}</th>
            <th scope="col">
              <span className="unseen">{words.admin.columns.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, name, person, device, key }) => (
            <tr key={key}>
              <th scope="row">
                <span>
                  <Avatar id={id} name={name} size={1.25} />
                  <span className="ellipsis" dir="auto">
                    {name}
                  </span>
                </span>
              </th>
              {devices === null ? null : <DeviceCells device={device} />}
              <td>{person === undefined ? '' : words.admin.roles[person.role]}</td>
              <td>
                {person === undefined || self === undefined ? null : (
                  <MemberMenu session={session} person={person} selfRole={self.role} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {admin === undefined ? null : <Banned session={session} admin={admin} />}
    </>
  )
}

interface Row {
  readonly key: string
  readonly id: MemberId
  readonly name: string
  readonly person: PersonView | undefined
  readonly device: HostedDevice | null
}

/** Connected devices first, in the order they came; then the people who are not connected. */
function rowsOf(
  people: readonly PersonView[],
  devices: readonly HostedDevice[] | null,
): readonly Row[] {
  const here = new Set<MemberId>()
  const connected = (devices ?? []).map((device): Row => {
    const id = device.memberId as MemberId
    const person = people.find((one) => one.id === id)
    // A person's first row is theirs, connected or not: a menu that is open on it stays when they come or go.
    const key = here.has(id) ? `${id}/${device.deviceName}/${device.since}` : id
    here.add(id)
    return { key, id, name: device.name, person, device }
  })
  const others = people
    .filter((person) => !here.has(person.id) && person.gone !== true)
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((person): Row => {
      const { id, name } = person
      return { key: id, id, name, person, device: null }
    })
  return [...connected, ...others]
}

function DeviceCells({ device }: { readonly device: HostedDevice | null }) {
  if (device === null) {
    return (
      <td colSpan={3} className="devices-away">
        {words.admin.notConnected}
      </td>
    )
  }
  return (
    <>
      <td className="devices-name" dir="auto" title={device.address}>
        {device.isHost ? words.hosting.thisComputer : device.deviceName}
      </td>
      <td>
        {device.roundTrip === null ? words.hosting.unknown : formatMilliseconds(device.roundTrip)}
      </td>
      <td>{formatTime(device.since)}</td>
    </>
  )
}

interface WaitingProps {
  readonly session: SessionId
  readonly waiting: readonly WaitingPerson[]
}

function Waiting({ session, waiting }: WaitingProps) {
  const { admin } = useActions()
  return (
    <div aria-live="polite">
      {waiting.length === 0 ? null : (
        <section className="waiting" aria-labelledby="waiting-heading">
          <h3 id="waiting-heading">{words.admin.waiting(waiting.length)}</h3>
          <ul>
            {waiting.map((person) => (
              <li key={person.member}>
                <Avatar id={person.member} name={person.name} size={1.5} />
                <p>
                  <strong dir="auto">{person.name}</strong>{' '}
                  <span dir="auto">
                    {words.admin.waitingFrom(person.deviceName, person.address)}
                  </span>
                </p>
                <Button
                  aria-label={words.admin.declineName(person.name)}
                  onClick={() => void admin.approve(session, person.member, false)}
                >
                  {words.admin.decline}
                </Button>
                <Button
                  look="primary"
                  aria-label={words.admin.acceptName(person.name)}
                  onClick={() => void admin.approve(session, person.member, true)}
                >
                  {words.admin.accept}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Banned({ session, admin }: { readonly session: SessionId; readonly admin: AdminView }) {
  const { admin: actions } = useActions()
  if (admin.banned.length === 0) return null
  return (
    <section className="banned" aria-labelledby="banned-heading">
      <h3 id="banned-heading">{words.admin.banned}</h3>
      <ul>
        {admin.banned.map(({ member, name, at }) => (
          <li key={member}>
            <Avatar id={member} name={name} size={1.25} />
            <p>
              <span dir="auto">{name}</span> <span>{formatTime(at)}</span>
            </p>
            <Button
              aria-label={words.admin.unbanName(name)}
              onClick={() => void actions.unban(session, member)}
            >
              {words.admin.unban}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
