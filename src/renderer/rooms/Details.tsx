import type { RoomId } from '../../protocol/ids.ts'
export function Details({ roomId }: { readonly roomId: RoomId }) {
  return <aside>{roomId}</aside>
}
