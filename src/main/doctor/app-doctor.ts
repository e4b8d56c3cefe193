import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { app } from 'electron'
import { person, systemPorts } from '../../doctor/edges/system.ts'
import type { DoctorReport } from '../../doctor/report.ts'
import { PROTOCOL_VERSION } from '../../protocol/version.ts'
import { lanAddresses } from '../hosting/addresses.ts'
import { createHostKeys } from '../hosting/host-keys.ts'
import type { Hosting } from '../hosting/hosting.ts'
import type { Paths } from '../paths.ts'
import { systemKeyVault } from '../profile/key-vault.ts'
import type { ProfileStore } from '../profile/profile-store.ts'
import type { SessionRegistry } from '../sessions/session-registry.ts'
import { createDoctor } from './doctor.ts'
import type { Doctor } from './doctor.ts'
import { lookInUtilityProcess } from './look-in-utility-process.ts'

export interface AppDoctorOptions {
  readonly paths: Paths
  readonly caFile: string | undefined
  readonly profile: ProfileStore
  readonly registry: SessionRegistry
  readonly hosting: Hosting
  readonly onProgress: (report: DoctorReport) => void
}

/** The doctor of this app, with what it may look at. */
export function createAppDoctor(options: AppDoctorOptions): Doctor {
  const { paths, profile, registry, hosting } = options
  const vault = systemKeyVault()
  const keys = createHostKeys((id) => join(paths.hosted, id), vault)
  return createDoctor({
    ports: () =>
      systemPorts({
        folder: paths.hosted,
        caFile: options.caFile,
        look: (file) => lookInUtilityProcess(paths.databaseProcess, file),
      }),
    subjects: {
      sessions: () => profile.get().sessions,
      isHosted: (id) => hosting.isActive(id),
      hostedAt: (known) => ({
        port: hosting.view(known).port,
        addresses: lanAddresses(networkInterfaces()),
      }),
      connectionOf: (id) => registry.get(id)?.view().connection,
      keyOf: (id, fingerprint) => keys.of(id, fingerprint),
      hostedFolder: paths.hosted,
      sessionsFolder: paths.sessions,
    },
    about: {
      versions: {
        app: app.getVersion(),
        protocol: PROTOCOL_VERSION,
        node: process.versions.node,
        ...(process.versions.electron === undefined ? {} : { electron: process.versions.electron }),
        system: `${process.platform} ${process.arch}`,
      },
      keychain: () => vault.protects(),
    },
    person,
    onProgress: options.onProgress,
  })
}
