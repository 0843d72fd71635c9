import { BaseError } from '@netstats/protocol'

/** What an operator reads of a fault: its message, bounded, whatever was thrown. */
export const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}

/** The host uses a part in a way it can not serve: a bug of the program, never of its input. */
export class UsageError extends BaseError {
  override readonly name = 'UsageError'
}

/** A sink broke its contract in a way that only a fresh one can mend. */
export class SinkError extends BaseError {
  override readonly name = 'SinkError'
}
