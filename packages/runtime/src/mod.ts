export { createSupervisor } from './supervisor.ts'
export type { SupervisedPart, Supervisor, SupervisorOptions, TaskContext } from './supervisor.ts'
export { createShipper } from './shipper.ts'
export type { Shipper, ShipperOptions, ShipperStats } from './shipper.ts'
export { startSinks } from './sinks/start-sinks.ts'
export type { Sinks, SinksOptions } from './sinks/start-sinks.ts'
export * from './self-monitoring/mod.ts'
export { wantsOf } from './sinks/wants.ts'
export type { Placed, PlaceOf } from './sinks/wants.ts'
export type { WatchedPart } from './service/stuck-parts.ts'
export { expositionOf } from './open-metrics.ts'
export { createLatest } from './latest.ts'
export type { Latest } from './latest.ts'
export * from './registry/mod.ts'
export { createSpool } from './spool/engine.ts'
export type { ManagedSpool, SpoolEngineOptions } from './spool/engine.ts'
export { openMemorySpool } from './spool/memory-spool.ts'
export type { MemorySpoolOptions } from './spool/memory-spool.ts'
export type { Drop, DropReason } from './spool/drops.ts'
export type { ReaderStats, SpoolStats } from './spool/stats.ts'
export { identityOf } from './spool/spool-identity.ts'
export { livesText, readLives } from './spool/lives.ts'
export { rowBytes, rowOverhead } from './spool/storage.ts'
export type {
  Holder,
  LoadedSpool,
  RowHead,
  SavedReader,
  SavedState,
  SpoolStorage,
  StorageLimits,
  StoredRow,
} from './spool/storage.ts'
