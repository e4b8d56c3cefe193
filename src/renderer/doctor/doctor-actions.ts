import type { SessionId } from '../../protocol/ids.ts'
import { told } from '../actions/ports.ts'
import type { ActionPorts, Outcome } from '../actions/ports.ts'

export interface DoctorActions {
  /** What is found comes as events; the answer tells whether it could begin. */
  run(session: SessionId | null, target: string): Outcome<'doctor.run'>
  stop(): void
  /** False when it could not be copied, which is said. */
  copy(): Promise<boolean>
}

export function doctorActions(ports: ActionPorts): DoctorActions {
  const { bridge } = ports
  return {
    run: (session, target) =>
      bridge.invoke('doctor.run', {
        ...(session === null ? {} : { session }),
        ...(target.trim() === '' ? {} : { target }),
      }),
    stop: () => void bridge.invoke('doctor.stop', {}),
    async copy() {
      const result = await bridge.invoke('doctor.copy', {})
      if (!result.ok) told(ports, result.failure)
      return result.ok
    },
  }
}
