export { createFakeClock } from './fake-clock.ts'
export type { FakeClock, FakeClockOptions } from './fake-clock.ts'
export { createRecordingLogger } from './logger.ts'
export type { LogEntry, RecordingLogger } from './logger.ts'
