import type { MemberId, RoomId } from '../protocol/ids.ts'
import type { IntegrationStore, StoredIntegration } from '../server/hub/integrations-port.ts'

/** Integrations without a disk. */
export function memoryIntegrations(): IntegrationStore {
  const kept = new Map<MemberId, StoredIntegration>()
  const positions = new Map<MemberId, Map<RoomId, number>>()
  const leases = new Map<MemberId, { readonly node: string; readonly until: number }>()
  return {
    all: async () => [...kept.values()],
    async save(integration) {
      kept.set(integration.id, integration)
    },
    positions: async (id) => new Map(positions.get(id)),
    async setPosition(id, room, seq) {
      const own = positions.get(id) ?? new Map<RoomId, number>()
      positions.set(id, own)
      own.set(room, Math.max(seq, own.get(room) ?? 0))
    },
    async lease(id, node, now, until) {
      const held = leases.get(id)
      if (held !== undefined && held.node !== node && held.until > now) return false
      leases.set(id, { node, until })
      return true
    },
  }
}
