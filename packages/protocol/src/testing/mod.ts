/** What tests of other packages need of this one: fixtures, hostile frames, mutations. Never imported by what runs. */
export { fixtureClients, readFixture } from './fixtures.ts'
export type { EthstatsFixture } from './fixtures.ts'
export { hostileFrames } from './hostile.ts'
export type { HostileFrame } from './hostile.ts'
export { fuzzAgentFrames } from './fuzz.ts'
export type { FuzzOutcomes } from './fuzz.ts'
export { mutateFrame } from './mutate.ts'
export { createRandom } from './random.ts'
export type { Random } from './random.ts'
export {
  arbitraryBig,
  arbitraryBlock,
  arbitraryBody,
  arbitraryCount,
  arbitraryHash,
  arbitraryNodeInfo,
  arbitraryNodeStats,
  arbitraryObservation,
} from './arbitraries.ts'
