/**
 * What components log through; pino satisfies it. Data goes into `fields`, the error field is `error`.
 * error = data lost or a human must act; warn = unexpected but recovered; info = start, stop, connect; debug = per batch.
 */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Logger
}
