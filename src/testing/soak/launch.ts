import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { namespaceSupport } from '../namespaces/subnet.ts'
import { createWorld } from '../namespaces/world.ts'
import { soak, type SoakPlan, type SoakResult } from './soak.ts'
import type { StationLine } from './station.ts'

const STATION = fileURLToPath(new URL('./station.ts', import.meta.url))

/** In a namespace of its own, so that nodes can be parted; without partitions where there are none. */
export async function launchSoak(plan: SoakPlan, say: (line: string) => void): Promise<SoakResult> {
  const support = namespaceSupport()
  if (support.kind === 'no') {
    say(`⚠ NO NODE IS PARTED FROM THE OTHERS HERE: ${support.why}`)
    return soak(plan, undefined, say)
  }
  const world = createWorld()
  try {
    const ward = world.addNamespace()
    const station = world.node(ward, [STATION, ward, JSON.stringify(plan)])
    let errors = ''
    station.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-2_000)
    })
    let result: SoakResult | undefined
    if (station.stdout === null) throw new Error('the station has no output')
    for await (const text of createInterface({ input: station.stdout })) {
      const line = JSON.parse(text) as StationLine
      if ('say' in line) say(line.say)
      else result = line.result
    }
    if (result === undefined) throw new Error(`the soak ended early: ${errors}`)
    return result
  } finally {
    await world.dispose()
  }
}
