export { openAuth } from './open.ts'
export type { Auth } from './open.ts'
