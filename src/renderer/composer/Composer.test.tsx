import { act, cleanup, fireEvent, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { Result } from '../../ipc/errors.ts'
import type { MessageId } from '../../protocol/ids.ts'
import { failed, ok } from '../testing/recording-bridge.ts'
import { openApp } from '../testing/open-app.tsx'
import { ME, ROOM, SESSION, message, messageId, room } from '../testing/sample-views.ts'

afterEach(cleanup)

const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message general' })

test('Enter sends, the composer is empty, and the saved draft is emptied after the answer', async () => {
  const { bridge, user, settle } = await openApp((on) =>
    on.answer('message.send', () => ok({ message: messageId('new') })),
  )
  await user.type(field(), 'hello{Shift>}{Enter}{/Shift}there{Enter}')
  await settle()
  expect(bridge.argumentsOf('message.send')).toEqual([
    { session: SESSION, room: ROOM, text: 'hello\nthere' },
  ])
  expect(field().value).toBe('')
})

test('[D1] a failed send leaves the text with its reason', async () => {
  const { user, settle } = await openApp((on) =>
    on.answer('message.send', () => failed('The disk is full.')),
  )
  await user.type(field(), 'precious{Enter}')
  await settle()
  expect(field().value).toBe('precious')
  expect(screen.getByRole('alert').textContent).toBe('The disk is full.')
})

type Answer = (result: Result<{ message: MessageId }>) => void

/** Sends wait until the test answers them, in the order they were made. */
async function openSlow() {
  const answers: Answer[] = []
  const app = await openApp((on) =>
    on.answer('message.send', () => new Promise((resolve) => void answers.push(resolve))),
  )
  const sent = () =>
    (app.bridge.argumentsOf('message.send') as readonly { text: string }[]).map(({ text }) => text)
  const answer = async (index: number, result: Parameters<Answer>[0]) => {
    answers[index]?.(result)
    await app.settle()
  }
  return { ...app, sent, answer }
}
const stored = ok({ message: messageId('new') })

test('[D1] the composer keeps the text until the message is stored', async () => {
  const { user, answer } = await openSlow()
  await user.type(field(), 'precious{Enter}')
  expect(field().value).toBe('precious')
  await answer(0, stored)
  expect(field().value).toBe('')
})

test('[D4] Enter twice sends once', async () => {
  const { user, answer, sent } = await openSlow()
  await user.type(field(), 'once{Enter}{Enter}')
  await answer(0, stored)
  expect(sent()).toEqual(['once'])
})

test('what is typed before the answer is a message of its own', async () => {
  const { user, answer, sent } = await openSlow()
  await user.type(field(), 'one{Enter}two{Enter}three')
  expect(sent()).toEqual(['one', 'two'])
  await answer(0, stored)
  expect(field().value).toBe('twothree')
  await answer(1, stored)
  expect(field().value).toBe('three')
})

test('[D1] when only the second of two was stored, the first is what stays', async () => {
  const { user, answer } = await openSlow()
  await user.type(field(), 'one{Enter}two{Enter}three')
  await answer(0, failed('The disk is full.'))
  await answer(1, stored)
  expect(field().value).toBe('one\nthree')
})

test('a text that was changed before the answer is left alone', async () => {
  const { user, answer } = await openSlow()
  await user.type(field(), 'one{Enter}{Backspace}')
  await answer(0, stored)
  expect(field().value).toBe('on')
})

test('Enter of an input method does not send', async () => {
  const { bridge, user } = await openApp()
  await user.type(field(), 'にほん')
  fireEvent.keyDown(field(), { key: 'Enter', isComposing: true })
  expect(bridge.argumentsOf('message.send')).toEqual([])
})

test('white space alone is not sent', async () => {
  const { bridge, user, settle } = await openApp()
  await user.type(field(), '   {Enter}')
  await settle()
  expect(bridge.argumentsOf('message.send')).toEqual([])
})

test('a text over the limit is not sent, not lost, and says by how much', async () => {
  const { bridge, user, settle } = await openApp()
  const text = 'x'.repeat(16_385)
  fireEvent.change(field(), { target: { value: text } })
  await user.type(field(), '{Enter}')
  await settle()
  expect(bridge.argumentsOf('message.send')).toEqual([])
  expect(field().value).toBe(text)
  expect(screen.getByRole('alert').textContent).toContain('2 characters too long')
})

test('the draft is saved after a pause, once', async () => {
  const { bridge, user, clock } = await openApp()
  await user.type(field(), 'half a thought')
  await act(() => clock.advance(1_000))
  expect(bridge.argumentsOf('room.set-draft')).toEqual([
    { session: SESSION, room: ROOM, text: 'half a thought' },
  ])
})

test('the draft is saved at once when the window loses focus', async () => {
  const { bridge, user } = await openApp()
  await user.type(field(), 'half')
  fireEvent.blur(window)
  expect(bridge.argumentsOf('room.set-draft')).toEqual([
    { session: SESSION, room: ROOM, text: 'half' },
  ])
})

test('a saved draft is there when the room opens', async () => {
  await openApp((on) =>
    on.answer('session.open', () => ok({ rooms: [room({ draft: 'from yesterday' })], people: [] })),
  )
  expect(field().value).toBe('from yesterday')
})

test('Up edits the newest own message, Enter saves it, and the draft is untouched', async () => {
  const own = message(2, { author: ME, text: 'tpyo' })
  const { bridge, user, settle } = await openApp((on) =>
    on.answer('timeline.load', () => ok({ items: [message(1), own], older: 'none' })),
  )
  await user.type(field(), '{ArrowUp}')
  expect(field().value).toBe('tpyo')
  await user.clear(field())
  await user.type(field(), 'typo{Enter}')
  await settle()
  expect(bridge.argumentsOf('message.edit')).toEqual([
    { session: SESSION, room: ROOM, message: messageId(2), text: 'typo' },
  ])
  expect(field().value).toBe('')
})

test('Esc gives up an edit', async () => {
  const own = message(2, { author: ME, text: 'mine' })
  const { bridge, user } = await openApp((on) =>
    on.answer('timeline.load', () => ok({ items: [own], older: 'none' })),
  )
  await user.type(field(), '{ArrowUp}{Escape}')
  expect(field().value).toBe('')
  expect(bridge.argumentsOf('message.edit')).toEqual([])
})

test('[D17] typing is signalled while writing and taken back when the field is emptied', async () => {
  const { bridge, user } = await openApp()
  await user.type(field(), 'ab')
  await user.clear(field())
  expect(bridge.argumentsOf('room.typing')).toEqual([
    { session: SESSION, room: ROOM, active: true },
    { session: SESSION, room: ROOM, active: false },
  ])
})

test('@ offers people of the room, and Enter takes the name instead of sending', async () => {
  const { bridge, user } = await openApp()
  await user.type(field(), 'hi @kov')
  expect(screen.getByRole('option', { name: /Ben Kovač/ })).toBeTruthy()
  await user.keyboard('{Enter}')
  expect(field().value).toBe('hi @Ben Kovač ')
  expect(bridge.argumentsOf('message.send')).toEqual([])
})

test('Ctrl+B puts markers around the selection and takes them off again', async () => {
  const { user } = await openApp()
  await user.type(field(), 'bold')
  field().setSelectionRange(0, 4)
  await user.keyboard('{Control>}b{/Control}')
  expect(field().value).toBe('**bold**')
})
