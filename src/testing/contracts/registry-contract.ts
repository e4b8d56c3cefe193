import type { SeededRandom } from '../seeded-random.ts'
import { admissionContract } from './admission-contract.ts'
import { bearerContract } from './bearer-contract.ts'
import { moderationContract } from './moderation-contract.ts'
import type { StoreUnderTest } from './store-contract.ts'

/** What every store must do about who belongs to a session, and on which terms. */
export function registryContract(
  name: string,
  make: (random: SeededRandom) => StoreUnderTest,
): void {
  admissionContract(name, make)
  moderationContract(name, make)
  bearerContract(name, make)
}
