export { createConsensus } from './consensus.ts'
export type { Consensus } from './consensus.ts'
export { registerConsensusMetrics } from './consensus-metrics.ts'
export type { ConsensusBlock, ConsensusStatus, ConsensusView } from './consensus-model.ts'
