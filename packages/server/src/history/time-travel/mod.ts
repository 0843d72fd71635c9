export { createMoments } from './moments.ts'
export { restoreCore } from './restore.ts'
