export { systemClock, ticks } from './clock.ts'
export type { Clock } from './clock.ts'
export { createBackoff } from './backoff.ts'
export type { Backoff, BackoffOptions } from './backoff.ts'
export { channel, overflows } from './channel.ts'
export type { Channel, ChannelOptions, Overflow } from './channel.ts'
export type { Logger } from './logger.ts'
export { reasonOf, SinkError, SpoolError, spoolErrorCodes, UsageError } from './errors.ts'
export type { SpoolErrorCode } from './errors.ts'
export { createSupervisor } from './supervise.ts'
export type { SupervisedPart, Supervisor, SupervisorOptions, TaskContext } from './supervise.ts'
export { createShipper } from './shipper.ts'
export type { Shipper, ShipperOptions, ShipperStats } from './shipper.ts'
export { partStates } from './status.ts'
export type { PartState, PartStatus, StatusReporter } from './status.ts'
export { defineSink, defineSource } from './component.ts'
export type {
  Batch,
  ComponentContext,
  Delivery,
  Sequence,
  Sink,
  SinkContext,
  SinkDefinition,
  Source,
  SourceContext,
  SourceDefinition,
  SpoolIdentity,
  SpooledObservation,
} from './component.ts'
export { createSpool } from './spooling/engine.ts'
export type { ManagedSpool, SpoolEngineOptions } from './spooling/engine.ts'
export { openMemorySpool } from './spooling/memory-spool.ts'
export type { MemorySpoolOptions } from './spooling/memory-spool.ts'
export type { Drop, DropReason } from './spooling/drops.ts'
export type { ReaderStats, SpoolStats } from './spooling/stats.ts'
export { rowBytes, rowOverhead } from './spooling/storage.ts'
export type {
  Holder,
  LoadedSpool,
  RowHead,
  SavedReader,
  SavedState,
  SpoolStorage,
  StorageLimits,
  StoredRow,
} from './spooling/storage.ts'
export { removalPolicies } from './spool.ts'
export type { ReaderOptions, RemovalPolicy, Spool, SpoolReader } from './spool.ts'
