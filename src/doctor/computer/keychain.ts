import { ok, warning } from '../report.ts'
import type { Finding } from '../report.ts'

export function checkKeychain(protects: boolean, platform: NodeJS.Platform): Finding {
  if (protects) return ok('Keys are kept in the keychain of this computer.')
  return warning(
    'There is no keychain: keys are kept in files that only you may read.',
    platform === 'linux'
      ? 'Install and unlock GNOME Keyring or KWallet, then start Landline again.'
      : 'Sign in to this computer with your own account, then start Landline again.',
  )
}
