export { registerApi } from './api.ts'
export { registerStatic } from './static.ts'
