export { openAccess } from './open.ts'
export type { Access } from './open.ts'
