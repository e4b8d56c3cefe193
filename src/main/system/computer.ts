import { hostname } from 'node:os'
import type { AppView } from '../../ipc/contract.ts'
import { MAX_DEVICE_NAME_LENGTH } from '../../protocol/limits.ts'
import { nameSchema } from '../../protocol/records.ts'

/** How others see this computer in a list of devices. */
export function deviceName(): string {
  const name = hostname()
    .replace(/\.local$/, '')
    .trim()
    .slice(0, MAX_DEVICE_NAME_LENGTH)
  return nameSchema(MAX_DEVICE_NAME_LENGTH).safeParse(name).success ? name : 'computer'
}

export function platform(): AppView['platform'] {
  const { platform: name } = process
  return name === 'darwin' || name === 'win32' ? name : 'linux'
}
