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
