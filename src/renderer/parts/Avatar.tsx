import type { CSSProperties } from 'react'
import type { Presence } from '../../protocol/records.ts'
import { avatarColour, initials } from './avatar-colour.ts'

interface AvatarProps {
  readonly id: string
  readonly name: string
  /** In rem, so that it grows with the text. */
  readonly size: number
  readonly presence?: Presence | undefined
}

/** A picture for the eye only: whoever shows it writes the name and the presence as text. */
export function Avatar({ id, name, size, presence }: AvatarProps) {
  const style = { '--avatar-size': `${size}rem`, background: avatarColour(id) } as CSSProperties
  return (
    <span className="avatar" style={style} aria-hidden="true">
      {initials(name)}
      {presence === undefined ? null : <span className="presence" data-presence={presence} />}
    </span>
  )
}
