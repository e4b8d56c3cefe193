const COMPOSER = 'composer-input'

/** Id of the one text field messages are written in, so that keys anywhere can lead to it. */
export const composerId = COMPOSER

/** Puts the caret at the end of the composer, once what was just changed has been drawn. */
export function focusComposer(): void {
  requestAnimationFrame(() => {
    const input = document.getElementById(COMPOSER)
    if (!(input instanceof HTMLTextAreaElement)) return
    // A dialog that opened meanwhile, by itself, keeps the focus it has.
    if (input.closest('[inert], [aria-hidden="true"]') !== null) return
    input.focus()
    input.setSelectionRange(input.value.length, input.value.length)
  })
}
