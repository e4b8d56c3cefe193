import type { Write } from '../../server/hub/ports.ts'

/** A `create` with the defaults of a public group. */
export function createOperation(
  options: Partial<Extract<Write['operation'], { kind: 'create' }>>,
): Extract<Write['operation'], { kind: 'create' }> {
  return {
    kind: 'create',
    roomKind: 'group',
    name: options.roomKind === 'direct' ? '' : 'room',
    topic: '',
    visibility: 'public',
    isDefault: false,
    members: [],
    ...options,
  }
}
