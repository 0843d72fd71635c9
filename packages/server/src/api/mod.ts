export { registerApi } from './api.ts'
export { registerApiMetrics } from './api-metrics.ts'
export { registerStatic } from './static.ts'
