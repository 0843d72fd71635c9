export { createCore } from './core.ts'
export { defaultCoreOptions } from './options.ts'
export type { CoreOptions, Place } from './options.ts'
export type { Change, Core, CoreCounts, CoreInput, Dirty, NetworkView } from './model.ts'
