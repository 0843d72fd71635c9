/** What is used of the library net-snmp; its own types leave much of it open. It is loaded when a component opens. */
import type snmp from 'net-snmp'
import type { authProtocols, privacyProtocols, SnmpUser } from './access.ts'

export type SnmpLibrary = typeof snmp

export const loadSnmp = async (): Promise<SnmpLibrary> => {
  const { default: library } = (await import('net-snmp')) as { readonly default: SnmpLibrary }
  return library
}

/** A name and its value, as the library reads them: numbers, text of OIDs and addresses, bytes of everything else. */
export interface Varbind {
  readonly oid: string
  readonly type: number
  readonly value: unknown
}

export const objectTypes = {
  integer: 2,
  octets: 4,
  oid: 6,
  ipAddress: 64,
  counter: 65,
  gauge: 66,
  timeTicks: 67,
  opaque: 68,
  counter64: 70,
  noSuchObject: 128,
  noSuchInstance: 129,
  endOfMibView: 130,
} as const

export const libraryUser = (library: SnmpLibrary, user: SnmpUser): snmp.User => {
  const { SecurityLevel, AuthProtocols, PrivProtocols } = library
  const auth: Record<(typeof authProtocols)[number], snmp.AuthProtocols> = AuthProtocols
  const privacy: Record<(typeof privacyProtocols)[number], snmp.PrivProtocols> = {
    des: PrivProtocols.des,
    aes: PrivProtocols.aes,
    aes256: PrivProtocols.aes256b,
    'aes256-reeder': PrivProtocols.aes256r,
  }
  if (user.auth === undefined) return { name: user.name, level: SecurityLevel.noAuthNoPriv }
  const authenticated = { name: user.name, authProtocol: auth[user.auth], authKey: user.authKey?.reveal() ?? '' }
  if (user.privacy === undefined) return { ...authenticated, level: SecurityLevel.authNoPriv }
  return {
    ...authenticated,
    level: SecurityLevel.authPriv,
    privProtocol: privacy[user.privacy],
    privKey: user.privacyKey?.reveal() ?? '',
  }
}

/**
 * The library keeps every localised key for good, and a key is made for each engine id that a message names with a user
 * that there is. Beyond this many they are made afresh.
 */
const mostKeys = 2000

export const boundKeys = ({ Authentication }: SnmpLibrary): void => {
  const cache = Authentication.authToKeyCache as Record<string, Buffer>
  const names = Object.keys(cache)
  if (names.length > mostKeys) for (const name of names) delete cache[name]
}
