export { createMemoryStore } from './memory-store.ts'
export type { MemoryStore, MemoryStoreOptions } from './memory-store.ts'
export { rowsOf, storeBatchOf } from './rows.ts'
export type { StoreRows } from './rows.ts'
