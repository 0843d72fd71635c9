export { openSpool } from './open.ts'
export { defaultMaxAgeMs, defaultMaxBytes } from './open.ts'
export type { SpoolOptions } from './open.ts'
export { leastMaxBytes } from './budget.ts'
