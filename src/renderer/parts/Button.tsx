import type { ComponentProps, ReactNode } from 'react'
import { Tip } from './Tip.tsx'

export interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'plain' | 'primary' | 'danger' | 'danger-primary' | 'quiet'
}

export function Button({ look = 'plain', className, ...rest }: ButtonProps) {
  const classes = className === undefined ? 'button' : `button ${className}`
  return <button type="button" className={classes} data-look={look} {...rest} />
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** Its name for screen readers and its tooltip. */
  readonly label: string
  readonly children: ReactNode
}

export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  const classes = className === undefined ? 'icon-button' : `icon-button ${className}`
  return (
    <Tip text={label}>
      <button type="button" className={classes} aria-label={label} {...rest}>
        {children}
      </button>
    </Tip>
  )
}
