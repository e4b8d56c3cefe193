import type { Door } from './door.ts'
import { plainDoor, signalrDoor } from './foreign-doors.ts'
import { hooksDoor } from './hooks-door.ts'
import { httpDoor, nativeDoor } from './native-door.ts'
import { pairingDoor } from './pairing-door.ts'
import { createTlsDoor } from './tls-door.ts'

export const doors: readonly Door[] = [
  nativeDoor,
  httpDoor,
  signalrDoor,
  plainDoor,
  pairingDoor,
  hooksDoor,
  createTlsDoor(),
]
