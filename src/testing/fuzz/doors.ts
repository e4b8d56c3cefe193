import type { Door } from './door.ts'
import { httpDoor, nativeDoor } from './native-door.ts'

export const doors: readonly Door[] = [nativeDoor, httpDoor]
