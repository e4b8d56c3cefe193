import { safeStorage } from 'electron'
import type { KeyVault } from '../hosting/host-keys.ts'

/**
 * The system's own store of secrets: Keychain, DPAPI, libsecret or KWallet. The calls that block are used
 * because Electron 33 has no others; they are made once for each start of hosting.
 */
export function systemKeyVault(): KeyVault {
  return {
    protects() {
      if (!safeStorage.isEncryptionAvailable()) return false
      // Without a keychain Chromium encrypts with a password that everyone knows: that protects nothing.
      return (
        process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text'
      )
    },
    protect: (text) => safeStorage.encryptString(text),
    reveal: (bytes) => safeStorage.decryptString(bytes),
  }
}
