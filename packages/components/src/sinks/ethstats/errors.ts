import { BaseError } from '@netstats/protocol'

export const ethstatsErrorCodes = [
  'ETHSTATS_UNREACHABLE',
  'ETHSTATS_REFUSED',
  'ETHSTATS_LOST',
  'ETHSTATS_CA_UNREADABLE',
] as const
export type EthstatsErrorCode = (typeof ethstatsErrorCodes)[number]

export class EthstatsError extends BaseError {
  override readonly name = 'EthstatsError'
  declare readonly code: EthstatsErrorCode
  constructor(code: EthstatsErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, { retryable: code !== 'ETHSTATS_CA_UNREADABLE', cause: options.cause })
  }
}
