import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'

interface TipProps {
  readonly text: string
  /** Takes focus and carries the text as its own accessible name or content: tips are for the eye. */
  readonly children: ReactElement
}

export function Tip({ text, children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="float-layer">
          <Tooltip.Popup className="tooltip">{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
