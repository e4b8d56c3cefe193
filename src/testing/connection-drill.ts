import type { Effect, Input, Machine } from '../client/connection/phases.ts'
import { deadlineOf } from '../client/connection/deadline.ts'
import { initialMachine, step } from '../client/connection/step.ts'
import { welcome } from './client-kit.ts'

export const WELCOME: Input = { kind: 'welcome', welcome: welcome() }

/** Feeds inputs one by one; remembers the effects of the last one. */
export function drive(
  addresses: readonly string[] = ['a:1'],
  random = 0.5,
  { hasSource = false } = {},
) {
  let machine: Machine = initialMachine(addresses, hasSource)
  let at = 0
  let effects: readonly Effect[] = []
  const give = (...inputs: Input[]): void => {
    for (const input of inputs) {
      const result = step(machine, input, { at, random })
      machine = result.machine
      effects = result.effects
    }
  }
  return {
    give,
    online: () => give({ kind: 'connect' }, { kind: 'opened' }, WELCOME, { kind: 'synced' }),
    wait(ms: number) {
      at += ms
      give({ kind: 'tick' })
    },
    pass(ms: number) {
      at += ms
    },
    /** Time goes by with signs of life, as on a connection that is left alone. */
    idle(ms: number) {
      for (let left = ms; left > 0; left -= 10_000) {
        at += Math.min(left, 10_000)
        give({ kind: 'heard' })
      }
      give({ kind: 'tick' })
    },
    get phase() {
      return machine.phase
    },
    get machine() {
      return machine
    },
    get effects() {
      return effects.map((effect) => effect.kind)
    },
    get made() {
      return effects
    },
    get dialled() {
      return effects.flatMap((effect) => (effect.kind === 'dial' ? [effect.address] : []))
    },
    get due() {
      const deadline = deadlineOf(machine)
      return deadline === null ? null : deadline - at
    },
  }
}
