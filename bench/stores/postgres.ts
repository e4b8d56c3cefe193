import { writeFileSync } from 'node:fs'
import { Client } from 'pg'
import { foldName } from '../../src/server/hub/fold-name.ts'
import { systemSecrets } from '../../src/server/ops/system-secrets.ts'
import { openPostgresStore } from '../../src/server/store/postgres/postgres-store.ts'
import { inventRoster, type Roster } from './roster.ts'

/** The tables as the server makes them, with people and their rooms put in directly. */
export async function makePostgresStore(
  url: string,
  rosterFile: string,
  people: number,
): Promise<Roster> {
  const store = await openPostgresStore({ ...systemSecrets(), url, log: () => {} })
  await store.close()
  const roster = inventRoster(people, { common: 0, own: 0 })
  const at = Date.now()
  const each = <Value>(pick: (person: Roster['people'][number]) => Value): Value[] =>
    roster.people.map(pick)
  const own = {
    rooms: each(({ room }) => room.id),
    epochs: each(({ room }) => room.epoch),
    members: each(({ member }) => member),
    devices: each(({ device }) => device),
  }
  const made = (isDefault: boolean): string =>
    JSON.stringify({
      ...{ kind: 'group', name: isDefault ? 'general' : 'own', topic: '' },
      visibility: isDefault ? 'public' : 'private',
    })
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      `INSERT INTO members (id, name, last_seen, folded)
       SELECT id, name, $4, folded FROM unnest($1::uuid[], $2::text[], $3::text[]) AS p (id, name, folded)`,
      [own.members, each(({ name }) => name), each(({ name }) => foldName(name)), at],
    )
    await client.query(
      `INSERT INTO devices (id, member, name, key)
       SELECT id, member, 'bench', key FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS d (id, member, key)`,
      [own.devices, own.members, each(({ key }) => key)],
    )
    const rooms = [roster.common.id, ...own.rooms]
    const epochs = [roster.common.epoch, ...own.epochs]
    await client.query(
      `INSERT INTO rooms (id, kind, name, topic, visibility, is_default, epoch, head, created_at)
       SELECT id, 'group', CASE WHEN id = $3 THEN 'general' ELSE 'own' END, '',
         CASE WHEN id = $3 THEN 'public' ELSE 'private' END, id = $3, epoch, 1, $4
       FROM unnest($1::uuid[], $2::uuid[]) AS r (id, epoch)`,
      [rooms, epochs, roster.common.id, at],
    )
    const [first] = own.members
    const [device] = own.devices
    await client.query(
      `INSERT INTO events (room, seq, id, device, actor, at, type, extra)
       SELECT room, 1, gen_random_uuid(), device, actor, $4, 'room.created', $5
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS e (room, device, actor)`,
      [own.rooms, own.devices, own.members, at, made(false)],
    )
    await client.query(
      `INSERT INTO events (room, seq, id, device, actor, at, type, extra)
       VALUES ($1, 1, gen_random_uuid(), $2, $3, $4, 'room.created', $5)`,
      [roster.common.id, device, first, at, made(true)],
    )
    await client.query(
      `INSERT INTO room_members (room, member)
       SELECT * FROM unnest($1::uuid[], $2::uuid[])
       UNION ALL SELECT $3::uuid, member FROM unnest($2::uuid[]) AS m (member)`,
      [own.rooms, own.members, roster.common.id],
    )
    await client.query(
      `INSERT INTO reads (room, member, seq)
       SELECT $1::uuid, member, 1 FROM unnest($2::uuid[]) AS m (member)`,
      [roster.common.id, own.members],
    )
    await client.query('ANALYZE')
  } finally {
    await client.end()
  }
  writeFileSync(rosterFile, JSON.stringify(roster))
  return roster
}
