import { BaseError } from '@netstats/protocol'

/** What can go wrong between an agent and its node's JSON-RPC; every one of them may be over at the next try. */
export const rpcErrorCodes = [
  'RPC_UNREACHABLE',
  'RPC_TIMEOUT',
  'RPC_CLOSED',
  'RPC_REFUSED',
  'RPC_RATE_LIMITED',
  'RPC_ANSWER_INVALID',
  'RPC_ANSWER_TOO_LARGE',
  'RPC_ERROR',
] as const
export type RpcErrorCode = (typeof rpcErrorCodes)[number]

/** `retryAfterMs`: how long the node asked to be left alone. `status`: of HTTP, where it was answered with one. */
export class RpcError extends BaseError {
  override readonly name = 'RpcError'
  declare readonly code: RpcErrorCode
  readonly retryAfterMs: number | undefined
  readonly status: number | undefined
  constructor(
    code: RpcErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number; status?: number } = {},
  ) {
    super(code, message, { retryable: true, cause: options.cause })
    this.retryAfterMs = options.retryAfterMs
    this.status = options.status
  }
}

/** Any failure as an `RpcError`; what is none already came from a socket. */
export const toRpcError = (error: unknown, code: RpcErrorCode, label: string): RpcError => {
  if (error instanceof RpcError) return error
  const detail = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error)
  return new RpcError(code, `${label}: ${detail}`, { cause: error })
}
