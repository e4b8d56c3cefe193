import { CircleCheck, CircleMinus, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react'
import type { Check } from '../../doctor/report.ts'
import { doctorWords as words } from './words.ts'

const ICONS = {
  ok: CircleCheck,
  warning: TriangleAlert,
  failed: CircleX,
  skipped: CircleMinus,
  running: LoaderCircle,
} as const

/** Its state is told by the shape of the icon and in words, not by colour alone. */
export function CheckRow({ check }: { readonly check: Check }) {
  const Icon = ICONS[check.state]
  return (
    <li className="doctor-check" data-state={check.state} tabIndex={-1}>
      <Icon size={17} strokeWidth={1.5} aria-hidden="true" />
      <div>
        <p className="doctor-check-head">
          <span>{check.title}</span>
          <span className="doctor-state">{words.states[check.state]}</span>
        </p>
        {/* Takes its line from the beginning, so that less moves when the answer comes. */}
        <p className="doctor-detail">{check.detail === '' ? '\u00a0' : check.detail}</p>
        {check.fix === null ? null : (
          <p className="doctor-fix">
            <strong>{words.fix}</strong> {check.fix}
          </p>
        )}
      </div>
    </li>
  )
}
