import { integrationKindSchema } from '../../protocol/integrations.ts'
import type { StoredIntegration } from '../hub/integrations-port.ts'

/** An integration as databases keep it. */
export type IntegrationRow = Omit<StoredIntegration, 'what'> & { readonly what: string }

export const rowOf = ({ what, ...rest }: StoredIntegration): IntegrationRow => ({
  ...rest,
  what: JSON.stringify(what),
})

export const integrationOf = ({ what, ...rest }: IntegrationRow): StoredIntegration => ({
  ...rest,
  what: integrationKindSchema.parse(JSON.parse(what)),
})
