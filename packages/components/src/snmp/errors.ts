import { BaseError } from '@netstats/protocol'

export const snmpErrorCodes = [
  'SNMP_TIMEOUT',
  'SNMP_REFUSED',
  'SNMP_ACCESS',
  'SNMP_ANSWER',
  'SNMP_CLOSED',
  'SNMP_LISTEN',
] as const
export type SnmpErrorCode = (typeof snmpErrorCodes)[number]

export class SnmpError extends BaseError {
  override readonly name = 'SnmpError'
  declare readonly code: SnmpErrorCode
  constructor(code: SnmpErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(code, message, { retryable: code !== 'SNMP_CLOSED', cause: options.cause })
  }
}

/** What to do about it. Texts of the library are not shown where they may hold communities, or digests made with our keys. */
export const explained = (error: Error, place: string, userName: string | undefined): Error => {
  const { name, message, code } = error as Error & { readonly code?: unknown }
  const keys = userName === undefined ? 'the community' : 'the user, its protocols and passphrases'
  if (name === 'RequestTimedOutError')
    return new SnmpError('SNMP_TIMEOUT', `no answer from ${place}; check the address and ${keys}`)
  if (name === 'RequestFailedError') return new SnmpError('SNMP_REFUSED', `${place} refuses: ${message}`)
  if (name !== 'ResponseInvalidError') return error
  // The reports of RFC 3414; all other texts of this name are about one message.
  if (/^(?:Unsupported|Not In|Unknown User|Unknown Engine|Wrong Digest|Decryption Error)/.test(message))
    return new SnmpError('SNMP_ACCESS', `${place} refuses ${userName ?? 'the request'}: ${message}`)
  return new SnmpError('SNMP_ANSWER', `${place} answers with what cannot be used (${String(code)}); check ${keys}`)
}
