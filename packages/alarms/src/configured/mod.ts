export { configuredRules } from './configured-rules.ts'
export type { Level, RuleEntry, RuleFault } from './entry.ts'
export type { OnFailure } from './own-rule.ts'
