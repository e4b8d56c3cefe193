import type { RoomView } from '../../client/views.ts'
import { useActions, useSession, useSessionView } from '../app/context.ts'
import { Button } from '../parts/Button.tsx'
import { words } from '../words.ts'

/** Stands above the first message of a room. */
export function Beginning({ room }: { readonly room: RoomView }) {
  const { navigation } = useActions()
  const session = useSessionView()
  const alone = useSession((state) => state.people.size <= 1)
  return (
    <div className="beginning">
      <h2 dir="auto">{words.timeline.beginning(room)}</h2>
      <p>{words.timeline.beginningText(room)}</p>
      {alone && session?.hosting === true ? (
        <Button
          look="primary"
          onClick={() => navigation.openDialog({ kind: 'hosting', session: session.id })}
        >
          {words.timeline.invite}
        </Button>
      ) : null}
    </div>
  )
}
