import type { Bridge } from '../ipc/contract.ts'

declare global {
  interface Window {
    /** Put there by the preload script; missing when the page is opened outside the app. */
    readonly landline?: Bridge
  }
}

/** The only place that touches `window.landline`. */
export function bridgeOfWindow(): Bridge | null {
  return window.landline ?? null
}
