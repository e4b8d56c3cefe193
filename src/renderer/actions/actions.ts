import type { AppEvent, Bridge } from '../../ipc/contract.ts'
import type { Clock } from '../clock.ts'
import { applyAll } from '../store/apply.ts'
import type { AppStore } from '../store/store.ts'
import { words } from '../words.ts'
import { adminActions } from './admin-actions.ts'
import type { AdminActions } from './admin-actions.ts'
import { drafts } from './drafts.ts'
import type { Drafts } from './drafts.ts'
import { doctorActions } from '../doctor/doctor-actions.ts'
import type { DoctorActions } from '../doctor/doctor-actions.ts'
import { joinActions } from './join-actions.ts'
import type { JoinActions } from './join-actions.ts'
import { messageActions } from './message-actions.ts'
import type { MessageActions } from './message-actions.ts'
import { navigation } from './navigation.ts'
import type { Navigation } from './navigation.ts'
import { roomActions } from './room-actions.ts'
import type { RoomActions } from './room-actions.ts'
import { sessionActions } from './session-actions.ts'
import type { SessionActions } from './session-actions.ts'
import { timelineLoads } from './timeline-loads.ts'
import type { TimelineLoads } from './timeline-loads.ts'

/** All a component may do. Commands go out here, their effects come back as events into the store. */
export interface Actions {
  readonly navigation: Navigation
  readonly sessions: SessionActions
  readonly join: JoinActions
  readonly admin: AdminActions
  readonly rooms: RoomActions
  readonly messages: MessageActions
  readonly drafts: Drafts
  readonly timeline: TimelineLoads
  readonly doctor: DoctorActions
  /** Shows one sentence for a moment. */
  readonly tell: (message: string) => void
  /** Subscribes to the bridge and asks for the first state; returns how to stop. */
  start(): () => void
}

/**
 * A rejected command is a bug on the other side of the bridge. The person still gets an answer in words,
 * and no form stays busy for ever.
 */
function answering(bridge: Bridge): Bridge {
  return {
    onEvents: (listener) => bridge.onEvents(listener),
    invoke: (name, args) =>
      bridge.invoke(name, args).catch((error: unknown) => ({
        ok: false,
        failure: { kind: 'internal', message: words.bug(error) },
      })),
  }
}

export function createActions(
  bridge: Bridge,
  store: AppStore,
  clock: Clock,
  tell: (message: string) => void,
): Actions {
  const ports = { bridge: answering(bridge), store, clock, tell }
  const draftActions = drafts(ports)
  const loads = timelineLoads(ports)
  const navigate = navigation(ports, draftActions, loads)
  const sessions = sessionActions(ports, navigate)

  return {
    navigation: navigate,
    sessions,
    join: joinActions(ports, sessions),
    admin: adminActions(ports),
    rooms: roomActions(ports, navigate),
    messages: messageActions(ports, draftActions),
    drafts: draftActions,
    timeline: loads,
    doctor: doctorActions(ports),
    tell,
    start() {
      const stop = bridge.onEvents((events: readonly AppEvent[]) => {
        store.setState((state) => applyAll(state, events))
        navigate.reconcile()
      })
      void sessions.refresh().then(() => navigate.reconcile())
      return () => {
        stop()
        draftActions.dispose()
      }
    },
  }
}
