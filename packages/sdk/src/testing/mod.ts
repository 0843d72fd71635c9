export { analyzerContract } from './analyzer-contract.ts'
export type { AnalyzerHarness } from './analyzer-contract.ts'
export { configFor } from './config-for.ts'
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
export { createTestContext, exampleSpool } from './context.ts'
export type { TestContext, TestContextOptions } from './context.ts'
export { sourceContract } from './source-contract.ts'
export type { SourceFeatures, SourceHarness } from './source-contract.ts'
export { peerMoods, sinkContract } from './sink-contract.ts'
export type { PeerMood, SinkFeatures, SinkHarness } from './sink-contract.ts'
