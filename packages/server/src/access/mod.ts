export { openAccess } from './open.ts'
export type { Access } from './open.ts'
export { accessRefusals, lastingRefusals } from './model.ts'
export type { AccessRefusal, Gatekeeper, LoginAttempt, Verdict } from './model.ts'
