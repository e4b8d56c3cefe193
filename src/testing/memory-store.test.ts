import { storeContract } from './contracts/store-contract.ts'
import { memoryStore } from './memory-store.ts'

storeContract('the store in memory', (random) => ({
  open: () => memoryStore(() => random.uuid()),
  dispose: async () => {},
}))
