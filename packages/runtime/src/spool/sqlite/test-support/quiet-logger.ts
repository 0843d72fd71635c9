import type { Logger } from '@netstats/sdk'

/** For programs under test that have no other use for a log. */
export const quietLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quietLogger,
}
