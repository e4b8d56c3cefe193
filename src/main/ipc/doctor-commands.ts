import type { Doctor } from '../doctor/doctor.ts'
import { done, fail } from './command-gate.ts'
import type { CommandHandlers } from './command-gate.ts'

type DoctorCommand = Extract<keyof CommandHandlers, `doctor.${string}`>

export function doctorCommands(
  doctor: Doctor,
  copyText: (text: string) => Promise<void>,
): Pick<CommandHandlers, DoctorCommand> {
  return {
    'doctor.run': ({ session, target }) => doctor.run({ session, target }),
    'doctor.stop'() {
      doctor.stop()
      return done
    },
    async 'doctor.copy'() {
      const text = doctor.text()
      if (text === null) return fail('invalid-arguments', 'The doctor has not run yet.')
      await copyText(text)
      return done
    },
  }
}
