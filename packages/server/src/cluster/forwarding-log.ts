import type { Logger } from '@netstats/sdk'
import type { FromWorker, LogLevel } from './worker-messages.ts'

/** Errors do not cross Node's channel by themselves. */
const plain = (fields: object): object => {
  const { error } = fields as { readonly error?: unknown }
  return error instanceof Error ? { ...fields, error: { message: error.message, stack: error.stack } } : fields
}

/** A worker's log: the server writes it down, with its own level and form. `debug` only where the server writes that. */
export const createForwardingLog = (
  tell: (message: FromWorker) => void,
  isDebug: () => boolean,
  always: object = {},
): Logger => {
  const of =
    (level: LogLevel) =>
    (fields: object, message: string): void =>
      tell({ type: 'log', level, fields: plain({ ...always, ...fields }), message })
  return {
    debug: (fields, message) => (isDebug() ? of('debug')(fields, message) : undefined),
    info: of('info'),
    warn: of('warn'),
    error: of('error'),
    child: (fields) => createForwardingLog(tell, isDebug, { ...always, ...fields }),
  }
}
