import type { RoomView } from '../../client/views.ts'
import { words } from '../words.ts'

/** Stands above the first message of a room. */
export function Beginning({ room }: { readonly room: RoomView }) {
  return (
    <div className="beginning">
      <h2 dir="auto">{words.timeline.beginning(room)}</h2>
      <p>{words.timeline.beginningText(room)}</p>
    </div>
  )
}
