import { BaseError } from '@netstats/protocol'
import { formatListenAddress } from '@netstats/sdk/config'
import type { ListenAddress } from '@netstats/sdk/config'

export const listenerErrorCodes = ['SOURCE_ADDRESS_IN_USE', 'SOURCE_LISTEN_FAILED', 'SOURCE_TLS_UNUSABLE'] as const
export type ListenerErrorCode = (typeof listenerErrorCodes)[number]

/** A source that listens cannot do so. It is opened again after a while: what is in the way may go. */
export class ListenerError extends BaseError {
  override readonly name = 'ListenerError'
  declare readonly code: ListenerErrorCode
  constructor(code: ListenerErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, { retryable: true, cause: options.cause })
  }
}

/** Why nobody listens there, and what to do about it. */
export const listenFailure = (where: ListenAddress | string, cause: NodeJS.ErrnoException): ListenerError => {
  const place = typeof where === 'string' ? where : formatListenAddress(where)
  if (cause.code === 'EADDRINUSE')
    return new ListenerError(
      'SOURCE_ADDRESS_IN_USE',
      `${place} is taken: stop the other program or listen on another address.`,
      { cause },
    )
  const cure =
    cause.code === 'EACCES'
      ? 'ports below 1024 need a privilege, and a socket a folder that may be written'
      : 'listen on an address of this machine'
  return new ListenerError('SOURCE_LISTEN_FAILED', `Cannot listen on ${place} (${cause.code ?? 'error'}): ${cure}.`, {
    cause,
  })
}
