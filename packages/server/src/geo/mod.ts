export { geo, places } from './config.ts'
export { openGeo } from './geo.ts'
export type { Geo } from './geo.ts'
