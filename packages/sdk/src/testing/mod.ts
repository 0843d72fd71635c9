export { createFakeClock } from './fake-clock.ts'
export type { FakeClock, FakeClockOptions } from './fake-clock.ts'
export { createRecordingLogger } from './logger.ts'
export type { LogEntry, RecordingLogger } from './logger.ts'
export {
  exampleBlock,
  exampleBlockObservation,
  exampleObservations,
  examplePending,
  exampleStats,
} from './observations.ts'
export { spoolContract } from './spool-contract.ts'
export type { SpoolContractFeatures, SpoolContractOptions } from './spool-contract.ts'
export { createTestContext } from './context.ts'
export type { TestContext, TestContextOptions } from './context.ts'
export { sourceContract } from './source-contract.ts'
export type { SourceFeatures, SourceHarness } from './source-contract.ts'
export { peerMoods, sinkContract } from './sink-contract.ts'
export type { PeerMood, SinkFeatures, SinkHarness } from './sink-contract.ts'
export { createMemoryStore, rowsOf, storeBatchOf } from './memory-store/mod.ts'
export type { MemoryStore, MemoryStoreOptions, StoreRows } from './memory-store/mod.ts'
export { storeContract } from './store-contract.ts'
export { storeRow } from './store-contract/setup.ts'
export type { OpenStore, StoreContractFeatures, StoreContractOptions } from './store-contract/setup.ts'
