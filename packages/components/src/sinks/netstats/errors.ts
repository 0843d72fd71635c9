import { BaseError } from '@netstats/protocol'

export const netstatsSinkErrorCodes = [
  'NETSTATS_UNREACHABLE',
  'NETSTATS_CA_UNREADABLE',
  'NETSTATS_KEY_UNREADABLE',
] as const
export type NetstatsSinkErrorCode = (typeof netstatsSinkErrorCodes)[number]

export class NetstatsSinkError extends BaseError {
  override readonly name = 'NetstatsSinkError'
  declare readonly code: NetstatsSinkErrorCode
  constructor(code: NetstatsSinkErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, { retryable: code === 'NETSTATS_UNREACHABLE', cause: options.cause })
  }
}
