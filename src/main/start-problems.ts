import { dialog } from 'electron'
import type { AppOptions } from './app.ts'

/** What went wrong at the start is told once, beside the window, and nothing is deleted because of it. */
export function tellProblems(
  { profile, launch, log }: AppOptions,
  problems: readonly string[],
): void {
  const sentences = [...problems]
  if (profile.setAside !== null) {
    const { path, reason } = profile.setAside
    sentences.push(`The profile could not be read: ${reason}. It was kept as ${path}.`)
    log.error('the profile was set aside', { reason })
  }
  if (profile.locked.length > 0) {
    sentences.push(
      `The keys for ${profile.locked.map((name) => `«${name}»`).join(', ')} are in this computer’s keychain, and it does not give them out now. Unlock it and start Landline again; nothing was changed.`,
    )
  }
  if (sentences.length === 0 || launch.smoke) return
  void dialog.showMessageBox({
    type: 'warning',
    message: 'Not everything could be opened.',
    detail: sentences.join('\n\n'),
  })
}
