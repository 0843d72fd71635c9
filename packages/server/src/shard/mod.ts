export { createCore } from './core.ts'
export type { CoreOptions } from './options.ts'
export type { Change, Core, CoreInput, Dirty, NetworkView } from './model.ts'
