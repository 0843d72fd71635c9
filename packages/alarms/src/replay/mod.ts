export { createReplay } from './replay.ts'
export type { Replay } from './replay.ts'
