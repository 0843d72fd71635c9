export { openSpool } from './open.ts'
