import { createMemoryBus } from './bus.ts'
import { busContract } from './testing/bus-contract.ts'

busContract('in memory', async (core) => ({
  bus: createMemoryBus(core),
  delivered: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}))
