export { openDuckStore } from './open.ts'
export type { DuckStoreOptions } from './options.ts'
