export { spoolContract } from './spool-contract/mod.ts'
export type { SpoolContractFeatures, SpoolContractOptions } from './spool-contract/mod.ts'
