import { z } from 'zod'
import { accessSchema } from '../../protocol/admin.ts'
import type { StoredSettings } from '../hub/registry-port.ts'

/** As a store keeps them: JSON, checked when it is read. */
const storedSettingsSchema = z.object({
  name: z.string().nullable(),
  access: accessSchema,
  approval: z.boolean(),
  locked: z.boolean(),
  readOnly: z.boolean(),
  passphrase: z.string().nullable(),
})

/** Throws for what no server has written. */
export function readSettings(json: string): StoredSettings {
  return storedSettingsSchema.parse(JSON.parse(json))
}
