import { Toast } from '@base-ui/react/toast'
import { act, render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { UserEvent } from '@testing-library/user-event'
import { manualClock } from '../../testing/manual-clock.ts'
import type { ManualClock } from '../../testing/manual-clock.ts'
import { createActions } from '../actions/actions.ts'
import { App } from '../app/App.tsx'
import { createAppStore } from '../store/store.ts'
import type { AppStore } from '../store/store.ts'
import { failed, ok, recordingBridge } from './recording-bridge.ts'
import type { RecordingBridge } from './recording-bridge.ts'
import { PEOPLE, appView, message, room } from './sample-views.ts'

export interface OpenApp {
  readonly bridge: RecordingBridge
  readonly store: AppStore
  readonly clock: ManualClock
  readonly user: UserEvent
  readonly told: readonly string[]
  /** Lets commands answer and React draw. */
  settle(): Promise<void>
}

/** The whole interface on a bridge the test answers; by default one session with one room. */
export async function openApp(prepare?: (bridge: RecordingBridge) => void): Promise<OpenApp> {
  const bridge = recordingBridge()
  bridge.answer('app.state', () => ok(appView()))
  bridge.answer('session.open', () => ok({ rooms: [room()], people: PEOPLE }))
  bridge.answer('timeline.load', () => ok({ items: [message(1)], older: 'none' }))
  bridge.answer('room.reads', () => ok([]))
  bridge.answer('session.hosting', () => failed('not hosted here', 'not-hosting'))
  bridge.answer('discovery.watch', () => ok([]))
  prepare?.(bridge)
  const clock = manualClock()
  const store = createAppStore()
  const told: string[] = []
  const actions = createActions(bridge, store, clock, (text) => void told.push(text))
  actions.start()
  const toasts = Toast.createToastManager()
  render(<App services={{ store, actions, clock }} toasts={toasts} />)
  const settle = (): Promise<void> => act(() => clock.settle())
  await settle()
  await settle()
  return { bridge, store, clock, user: userEvent.setup(), told, settle }
}
