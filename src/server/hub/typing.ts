import type { RoomId } from '../../protocol/ids.ts'
import type { AdmittedDevice } from './connection.ts'
import type { Clock, FanOut } from './ports.ts'

/** Typing is passed on, never stored, and expires without refresh (D17). */
export interface Typing {
  set(device: AdmittedDevice, room: RoomId, active: boolean): void
  /** The device posted, left the room or is gone. */
  stop(device: AdmittedDevice, room?: RoomId): void
}

export function createTyping(ports: {
  readonly clock: Clock
  readonly fanOut: FanOut
  readonly expiryMs: number
}): Typing {
  const { clock, fanOut, expiryMs } = ports

  function announce(device: AdmittedDevice, room: RoomId, active: boolean): void {
    fanOut.publish({ kind: 'typing', room, member: device.member, active })
  }

  function stop(device: AdmittedDevice, room: RoomId): void {
    const cancel = device.typing.get(room)
    if (cancel === undefined) return
    cancel()
    device.typing.delete(room)
    announce(device, room, false)
  }

  return {
    set(device, room, active) {
      if (!active) return stop(device, room)
      device.typing.get(room)?.()
      device.typing.set(
        room,
        clock.after(expiryMs, () => stop(device, room)),
      )
      announce(device, room, true)
    },
    stop(device, room) {
      if (room !== undefined) return stop(device, room)
      for (const each of device.typing.keys()) stop(device, each)
    },
  }
}
