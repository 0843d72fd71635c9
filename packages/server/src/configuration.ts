// For commands that read a configuration. They load a quarter of what a server does.
export { serverConfig, serverConfigOf } from './config.ts'
export type { ServerConfig } from './config.ts'
export { checkFiles } from './check-files.ts'
export { checkExposure } from './exposure.ts'
