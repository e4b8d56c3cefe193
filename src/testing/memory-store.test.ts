import { integrationsContract } from './contracts/integrations-contract.ts'
import { registryContract } from './contracts/registry-contract.ts'
import { storeContract } from './contracts/store-contract.ts'
import { memoryStore } from './memory-store.ts'

for (const contract of [storeContract, registryContract, integrationsContract]) {
  contract('the store in memory', (random) => ({
    open: () => memoryStore(() => random.uuid()),
    dispose: async () => {},
  }))
}
