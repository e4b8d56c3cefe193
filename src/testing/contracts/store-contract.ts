/** What every store must do. A suite as a function of a factory, run by each store's test. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, MemberId, RoomId } from '../../protocol/ids.ts'
import { MAX_FRAME_BYTES, MAX_PAGE_BYTES } from '../../protocol/limits.ts'
import { messagePageSchema, roomEventSchema, roomStateSchema } from '../../protocol/records.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import type { Store, Write } from '../../server/hub/ports.ts'
import { MAX_DIFFERENT_REACTIONS } from '../../server/store/rules.ts'
import { createOperation } from './create-operation.ts'
import { linkDevice } from './registry-hands.ts'
import { type Person, storeHands } from './store-hands.ts'

const MUCH = 1_000_000

export interface StoreUnderTest {
  open(): Store | Promise<Store>
  /** Closes and opens again, as after a restart; undefined for stores that forget. */
  readonly reopen?: () => Promise<Store>
  dispose(): Promise<void>
}

export function storeContract(name: string, make: (random: SeededRandom) => StoreUnderTest): void {
  describe(`${name} keeps the store contract`, () => {
    let random: SeededRandom
    let under: StoreUnderTest
    let store: Store
    let mara: Person
    let sam: Person
    let general: RoomId

    const { newId, admit, writeOf, one, create, eventsOf } = storeHands(
      () => store,
      () => random,
    )
    const events = (room = general, after = 0) => eventsOf(room, after)
    const post = (person: Person, text: string, room = general) =>
      writeOf(person, room, { kind: 'post', text })
    beforeEach(async () => {
      random = seededRandom(7)
      under = make(random)
      store = await under.open()
      mara = await admit('Mara')
      sam = await admit('Sam')
      general = await create(mara, { isDefault: true, members: [mara.member, sam.member] })
    })
    afterEach(() => under.dispose())

    it('[D6] numbers each room from 1 without gaps, whatever is refused between', async () => {
      const stranger = await admit('Stranger')
      const results = await store.commit([
        post(mara, 'one'),
        post(stranger, 'refused'),
        post(sam, 'two'),
        writeOf(sam, general, { kind: 'edit', target: newId(), text: 'refused' }),
        post(mara, 'three'),
      ])
      expect(results.map(({ kind }) => kind)).toEqual([
        'committed',
        'refused',
        'committed',
        'refused',
        'committed',
      ])
      const log = await events()
      expect(log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
      expect(log.map(({ type }) => type)).toEqual([
        'room.created',
        'member.joined',
        'member.joined',
        'message.posted',
        'message.posted',
        'message.posted',
      ])
      for (const event of log) roomEventSchema.parse(event)
      const [state] = await store.rooms()
      expect(roomStateSchema.parse(state)).toMatchObject({ id: general, head: 6, isDefault: true })
    })

    it('[D4] a resend gets the original number and creates nothing, in the same batch or later', async () => {
      const first = post(mara, 'once')
      const results = await store.commit([first, { ...first, at: 2_000 }])
      expect(results).toEqual([
        expect.objectContaining({ kind: 'committed' }),
        { kind: 'duplicate', seq: 4, at: 1_000 },
      ])
      expect(await one({ ...first, at: 9_000 })).toEqual({ kind: 'duplicate', seq: 4, at: 1_000 })
      expect(await events()).toHaveLength(4)
      await one(post(mara, 'next'))
      expect((await events()).at(-1)?.seq).toBe(5)
    })

    it('[D4] a resend gets the original number even when the write would be refused today', async () => {
      const club = await create(mara, { visibility: 'public' })
      await one(writeOf(sam, club, { kind: 'join', member: sam.member }))
      const write = post(sam, 'bye', club)
      await one(write)
      await one(writeOf(sam, club, { kind: 'leave', member: sam.member }))
      expect((await one(post(sam, 'again', club))).kind).toBe('refused')
      expect(await one(write)).toEqual({ kind: 'duplicate', seq: 4, at: 1_000 })
      const edit = writeOf(mara, club, { kind: 'edit', target: newId(), text: 'x' })
      expect(await one(edit)).toMatchObject({ code: 'no-such-message' })
    })

    it('[D4] an id that another device or another room used is refused', async () => {
      const first = post(mara, 'mine')
      const other = await create(mara)
      await one(first)
      const taken = { kind: 'refused', code: 'id-taken' }
      expect(await one({ ...post(sam, 'theirs'), id: first.id })).toMatchObject(taken)
      expect(await one({ ...first, room: other })).toMatchObject(taken)
      const tablet = { ...mara, device: newId<DeviceId>() }
      await linkDevice(store, random, tablet, 'Mara')
      expect(await one({ ...first, device: tablet.device })).toMatchObject(taken)
    })

    it('[D5] refuses for good, with the reason', async () => {
      const stranger = await admit('Stranger')
      const secret = await create(mara, { visibility: 'private' })
      const open = await create(mara, { visibility: 'public' })
      const message = post(mara, 'hello')
      await one(message)
      const cases: [Write, string][] = [
        [post(stranger, 'x', newId()), 'no-such-room'],
        [post(stranger, 'x', secret), 'no-such-room'],
        [post(stranger, 'x', open), 'not-a-member'],
        [writeOf(sam, general, { kind: 'edit', target: message.id, text: 'x' }), 'not-the-author'],
        [writeOf(sam, general, { kind: 'delete', target: message.id }), 'not-the-author'],
        [writeOf(sam, general, { kind: 'react', target: newId(), emoji: '👍' }), 'no-such-message'],
        [writeOf(mara, open, { kind: 'edit', target: message.id, text: 'x' }), 'no-such-message'],
        [writeOf(sam, general, { kind: 'post', text: 'x', replyTo: newId() }), 'no-such-message'],
        [writeOf(stranger, secret, { kind: 'join', member: stranger.member }), 'no-such-room'],
        [writeOf(stranger, open, { kind: 'join', member: sam.member }), 'not-a-member'],
        [writeOf(mara, open, { kind: 'join', member: newId() }), 'no-such-member'],
        [writeOf(mara, general, { kind: 'leave', member: mara.member }), 'not-allowed'],
        [writeOf(stranger, open, { kind: 'change', name: 'x' }), 'not-a-member'],
        [writeOf(stranger, secret, { kind: 'change', name: 'x' }), 'no-such-room'],
      ]
      for (const [write, code] of cases) {
        expect(await one(write), JSON.stringify(write.operation)).toMatchObject({ code })
      }
    })

    it('folds edits, deletes and reactions into pages, and scrubs deleted text from the log', async () => {
      const first = post(mara, 'first')
      const second = post(mara, 'second')
      await store.commit([
        first, // 4
        second, // 5
        writeOf(mara, general, { kind: 'edit', target: first.id, text: 'first, mended' }), // 6
        writeOf(sam, general, { kind: 'react', target: first.id, emoji: '👍' }), // 7
        writeOf(mara, general, { kind: 'react', target: first.id, emoji: '👍' }), // 8
        writeOf(sam, general, { kind: 'react', target: first.id, emoji: '🎉' }), // 9
        writeOf(sam, general, { kind: 'unreact', target: first.id, emoji: '🎉' }), // 10
        writeOf(mara, general, { kind: 'edit', target: second.id, text: 'a secret' }), // 11
        writeOf(sam, general, { kind: 'react', target: second.id, emoji: '👀' }), // 12
        writeOf(mara, general, { kind: 'delete', target: second.id }), // 13
        writeOf(sam, general, { kind: 'post', text: 'reply', replyTo: first.id }), // 14
      ])
      const page = messagePageSchema.parse(await store.page(general, 15, 50, MUCH))
      expect(page).toMatchObject({ from: 1, to: 14, asOf: 14 })
      expect(page.notices.map(({ seq }) => seq)).toEqual([1, 2, 3])
      expect(page.messages).toEqual([
        expect.objectContaining({
          id: first.id,
          seq: 4,
          text: 'first, mended',
          editedAt: 1_000,
          revision: 6,
          reactions: [{ emoji: '👍', members: [sam.member, mara.member] }],
        }),
        expect.objectContaining({
          id: second.id,
          text: '',
          deleted: true,
          revision: 13,
          reactions: [],
        }),
        expect.objectContaining({ text: 'reply', replyTo: first.id, revision: 14 }),
      ])
      expect(JSON.stringify(await events())).not.toMatch(/second|a secret/)
      const late = writeOf(mara, general, { kind: 'edit', target: second.id, text: 'x' })
      expect(await one(late)).toMatchObject({ code: 'message-deleted' })
    })

    it('[D4] commits a reaction that is already there, and a second delete, with a number of their own', async () => {
      const message = post(mara, 'hello')
      await one(message)
      const react = () => writeOf(sam, general, { kind: 'react', target: message.id, emoji: '👍' })
      await one(react())
      const again = react()
      expect(await one(again)).toMatchObject({ kind: 'committed', events: [{ seq: 6 }] })
      expect(await one(again)).toEqual({ kind: 'duplicate', seq: 6, at: 1_000 })
      const none = writeOf(mara, general, { kind: 'unreact', target: message.id, emoji: '🙃' })
      expect((await one(none)).kind).toBe('committed')
      const [page] = (await store.page(general, 99, 50, MUCH)).messages
      expect(page?.reactions).toEqual([{ emoji: '👍', members: [sam.member] }])
      const remove = () => writeOf(mara, general, { kind: 'delete', target: message.id })
      expect((await one(remove())).kind).toBe('committed')
      expect((await one(remove())).kind).toBe('committed')
    })

    it('reads ranges cut by count and by bytes, at least one event', async () => {
      await store.commit(
        Array.from({ length: 10 }, (_, index) => post(mara, `${index}`.repeat(100))),
      )
      const seqs = async (after: number, limit: number, bytes: number) => {
        const range = await store.eventsAfter(general, after, limit, bytes)
        return range.kind === 'events' ? range.events.map(({ seq }) => seq) : range.kind
      }
      expect(await seqs(3, 4, MUCH)).toEqual([4, 5, 6, 7])
      expect(await seqs(3, 4, 1_100)).toEqual([4, 5])
      expect(await seqs(3, 4, 1)).toEqual([4])
      expect(await seqs(13, 4, MUCH)).toEqual([])
    })

    it('keeps every character that a person can send', async () => {
      const strange = ['\u0000', 'a\u0000\u0001b', '\u00010', '\u{1F600}\uFFFF', '\\ "quoted" \n']
      await store.commit(strange.map((text) => post(mara, text)))
      const texts = (await events(general, 3)).map((event) => 'text' in event && event.text)
      expect(texts).toEqual(strange)
      const page = await store.page(general, 99, 50, MUCH)
      expect(page.messages.map(({ text }) => text)).toEqual(strange)
    })

    it('pages backwards through everything exactly once', async () => {
      await store.commit(
        Array.from({ length: 25 }, (_, index) => post(index % 2 ? mara : sam, `message ${index}`)),
      )
      const seen: number[] = []
      let before = 29
      for (let rounds = 0; rounds < 20 && before > 1; rounds++) {
        const page = await store.page(general, before, 10, MUCH)
        expect(page.to).toBe(before - 1)
        seen.unshift(
          ...[...page.notices, ...page.messages].map(({ seq }) => seq).toSorted((a, b) => a - b),
        )
        before = page.from
      }
      expect(seen).toEqual(Array.from({ length: 28 }, (_, index) => index + 1))
      const small = await store.page(general, 29, 10, 1)
      expect(small.messages).toHaveLength(1)
      expect(small.from).toBe(28)
    })

    it('[D10] cuts pages by what is in them now, so that edits and reactions cannot outgrow a frame', async () => {
      const posts = Array.from({ length: 50 }, () => post(mara, 'x'))
      await store.commit(posts)
      await store.commit(
        posts.map(({ id: target }) =>
          writeOf(mara, general, { kind: 'edit', target, text: '\u8239'.repeat(16_383) }),
        ),
      )
      const edited = await store.page(general, 999, 50, MAX_PAGE_BYTES)
      expect(edited.messages.length).toBeGreaterThan(1)
      expect(Buffer.byteLength(JSON.stringify(edited))).toBeLessThan(MAX_FRAME_BYTES / 2)

      const room = await create(mara)
      const popular = Array.from({ length: 40 }, () => post(mara, 'x', room))
      await store.commit(popular)
      const reactions = popular.flatMap(({ id: target }) =>
        Array.from({ length: 50 }, (_, n) =>
          writeOf(mara, room, { kind: 'react', target, emoji: `${n}`.padStart(64, '\u8239') }),
        ),
      )
      await store.commit(reactions)
      const reacted = await store.page(room, 99_999, 50, MAX_PAGE_BYTES / 2)
      expect(reacted.messages.length).toBeGreaterThan(1)
      expect(Buffer.byteLength(JSON.stringify(reacted))).toBeLessThan(MAX_FRAME_BYTES / 4)
    })

    it('[D5] refuses a reaction that makes a message outgrow every page, and none that is there', async () => {
      const message = post(mara, 'x')
      await one(message)
      const react = (person: Person, emoji: string) =>
        one(writeOf(person, general, { kind: 'react', target: message.id, emoji }))
      for (let n = 0; n < MAX_DIFFERENT_REACTIONS; n++) await react(mara, `:${n}:`)
      expect(await react(mara, ':one-more:')).toMatchObject({
        code: 'not-allowed',
        message: expect.stringContaining(`${MAX_DIFFERENT_REACTIONS}`) as string,
      })
      expect((await react(sam, ':0:')).kind).toBe('committed')
      const remove = { kind: 'unreact', target: message.id, emoji: ':1:' } as const
      await one(writeOf(mara, general, remove))
      expect((await react(mara, ':one-more:')).kind).toBe('committed')
    })

    it('creates a room once for the person who asks, and refuses the id to others', async () => {
      const room = newId<RoomId>()
      const write = writeOf(mara, room, createOperation({ members: [mara.member] }), room as never)
      expect((await one(write)).kind).toBe('committed')
      expect(await one(write)).toEqual({ kind: 'exists', room })
      expect(await one({ ...write, actor: sam.member, device: sam.device })).toMatchObject({
        code: 'id-taken',
      })
      const unknown = createOperation({ members: [mara.member, newId<MemberId>()] })
      expect(await one(writeOf(mara, newId(), unknown))).toMatchObject({ code: 'no-such-member' })
    })

    it('has one direct room for each set of people, whoever opens it, even in one batch', async () => {
      const direct = (person: Person, members: MemberId[]) => {
        const room = newId<RoomId>()
        const operation = createOperation({ roomKind: 'direct', visibility: 'private', members })
        return writeOf(person, room, operation, room as never)
      }
      const first = direct(mara, [mara.member, sam.member])
      const results = await store.commit([first, direct(sam, [sam.member, mara.member])])
      expect(results).toEqual([
        expect.objectContaining({ kind: 'committed' }),
        { kind: 'exists', room: first.room },
      ])
      const third = await admit('Third')
      const more = direct(mara, [mara.member, sam.member, third.member])
      expect((await one(more)).kind).toBe('committed')
      for (const operation of [
        { kind: 'leave', member: mara.member },
        { kind: 'join', member: third.member },
        { kind: 'change', name: 'x' },
      ] as const) {
        const result = await one(writeOf(mara, first.room, operation))
        expect(result).toMatchObject({ code: 'not-allowed' })
      }
    })

    it('has one default group', async () => {
      const second = writeOf(
        mara,
        newId(),
        createOperation({ isDefault: true, members: [mara.member] }),
      )
      expect(await one(second)).toEqual({ kind: 'exists', room: general })
    })

    it('changes rooms and memberships once, and says so when it is so already', async () => {
      const room = await create(mara, { name: 'old', topic: 'about' })
      const change = (name: string, topic: string) =>
        one(writeOf(mara, room, { kind: 'change', name, topic }))
      expect(await change('new', 'about')).toMatchObject({
        events: [{ type: 'room.changed', name: 'new' }],
      })
      expect(await change('new', 'about')).toEqual({ kind: 'unchanged' })
      const join = () => one(writeOf(mara, room, { kind: 'join', member: sam.member }))
      expect(await join()).toMatchObject({ events: [{ actor: mara.member, member: sam.member }] })
      expect(await join()).toEqual({ kind: 'unchanged' })
      const leave = () => one(writeOf(sam, room, { kind: 'leave', member: sam.member }))
      expect((await leave()).kind).toBe('committed')
      expect(await leave()).toEqual({ kind: 'unchanged' })
      const state = (await store.rooms()).find(({ id }) => id === room)
      expect(state).toMatchObject({ name: 'new', topic: 'about', members: [mara.member] })
    })

    it('[D18] read positions only move forward; what was there before somebody came is read', async () => {
      await store.commit([post(mara, 'a'), post(mara, 'b'), post(sam, 'c')]) // 4, 5, 6
      const mark = { room: general, member: sam.member, seq: 5 }
      expect(await store.setReads([mark])).toEqual([mark])
      expect(await store.setReads([mark, { ...mark, seq: 4 }])).toEqual([])
      expect(new Map(await store.reads(general)).get(sam.member)).toBe(5)

      const late = await admit('Late')
      await one(writeOf(late, general, { kind: 'join', member: late.member }))
      expect(new Map(await store.reads(general)).get(late.member)).toBe(7)
    })

    it('[D18] unread counts what others wrote after the position, deleted messages not', async () => {
      const gone = post(mara, 'gone')
      await store.commit([post(mara, 'a'), gone, post(sam, 'own'), post(mara, 'b')]) // 4 to 7
      await one(writeOf(mara, general, { kind: 'delete', target: gone.id }))
      expect(await store.unread(general, sam.member, 0, 99)).toBe(2)
      expect(await store.unread(general, sam.member, 4, 99)).toBe(1)
      expect(await store.unread(general, sam.member, 0, 6)).toBe(1)
    })

    it('keeps when somebody was last seen', async () => {
      await store.setLastSeen([{ member: mara.member, at: 77 }])
      expect((await store.members()).find(({ id }) => id === mara.member)?.lastSeen).toBe(77)
      expect((await store.members()).find(({ id }) => id === sam.member)?.lastSeen).toBe(5)
    })

    it('[D3, D4] has everything after it was opened again', async () => {
      if (under.reopen === undefined) return
      const message = post(mara, 'kept')
      await one(message)
      await store.setReads([{ room: general, member: sam.member, seq: 4 }])
      const [log, before, id] = [await events(), await store.rooms(), store.session.id]
      store = await under.reopen()
      expect(await events()).toEqual(log)
      expect(await store.rooms()).toEqual(before)
      expect(store.session.id).toBe(id)
      expect(await one(message)).toEqual({ kind: 'duplicate', seq: 4, at: 1_000 })
      expect(new Map(await store.reads(general)).get(sam.member)).toBe(4)
    })
  })
}
