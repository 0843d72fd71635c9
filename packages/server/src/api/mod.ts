export { registerApi } from './api.ts'
export { registerApiMetrics } from './metrics.ts'
export { registerStatic } from './static.ts'
