export { reportService } from './report-service.ts'
export type { ServiceOptions } from './report-service.ts'
export type { WatchedPart } from './stuck-parts.ts'
