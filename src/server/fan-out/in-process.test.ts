import { fanOutContract } from '../../testing/contracts/fan-out-contract.ts'
import { inProcessFanOut } from './in-process.ts'

fanOutContract('the fan-out of one process', async () => ({
  fanOut: inProcessFanOut(),
  settle: async () => {},
}))
