export { defaultMaxAgeMs, defaultMaxBytes, openSpool } from './open.ts'
export type { SpoolOptions } from './open.ts'
export { leastMaxBytes } from './budget.ts'
