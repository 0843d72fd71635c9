/** Rules, the life of alarms, and who is told. Pure: no I/O, no clock. */
export type * from './facts.ts'
export * from './life/mod.ts'
export type * from './rule.ts'
export * from './routing/mod.ts'
export { judgesMetric } from './rules/agent-judges.ts'
export { defaultRules, localRules } from './rules/mod.ts'
export type { Rules } from './rules/mod.ts'
export { createTrends } from './trends.ts'
