/**
 * What is read of an SNMP message before the library is given it: enough to refuse what is malformed, and to know what a
 * message of version 3 claims to be. Nothing here is authenticated yet.
 */

export interface SnmpHeader {
  readonly version: SnmpVersion
  /** Tag of the PDU; undefined where it is encrypted. */
  readonly pdu: number | undefined
  /** Version 3 only. */
  readonly isAuthenticated: boolean
  readonly isEncrypted: boolean
  /** Engine that the message says is the authoritative one, in hex; empty before it is known. Version 3 only. */
  readonly engine: string
  /** Boots of that engine and seconds since the last, as the message says; 0 in other versions. */
  readonly boots: number
  readonly time: number
}

export type SnmpVersion = '1' | '2c' | '3'

export const pduTags = { get: 0xa0, response: 0xa2, trapV1: 0xa4, inform: 0xa6, trap: 0xa7, report: 0xa8 } as const
const tags = { integer: 0x02, octets: 0x04, sequence: 0x30 } as const
const versions: Readonly<Record<number, SnmpVersion>> = { 0: '1', 1: '2c', 3: '3' }

interface Element {
  readonly tag: number
  readonly body: Uint8Array
  /** What follows it. */
  readonly rest: Uint8Array
}

/** The element at the start of the bytes; undefined where they hold no whole one. */
const takeElement = (bytes: Uint8Array): Element | undefined => {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined) return undefined
  const octets = first < 0x80 ? 0 : first & 0x7f
  // Of indefinite length (0x80) there is nothing in SNMP, and a datagram has less than 2^16 bytes.
  if (first === 0x80 || octets > 4 || bytes.length < 2 + octets) return undefined
  let length = octets === 0 ? first : 0
  for (let i = 0; i < octets; i++) length = length * 256 + (bytes[2 + i] ?? 0)
  const start = 2 + octets
  if (bytes.length - start < length) return undefined
  return { tag, body: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) }
}

const take = (bytes: Uint8Array | undefined, tag: number): Element | undefined => {
  const element = bytes === undefined ? undefined : takeElement(bytes)
  return element?.tag === tag ? element : undefined
}

/** The header of a message; undefined where the bytes are none. */
export const readHeader = (bytes: Uint8Array): SnmpHeader | undefined => {
  const message = take(bytes, tags.sequence)
  const number = take(message?.body, tags.integer)
  if (number === undefined || number.body.length !== 1) return undefined
  const version = versions[number.body[0] ?? -1]
  if (version === undefined) return undefined
  return version === '3' ? readSecure(number.rest) : readCommunity(version, number.rest)
}

const readCommunity = (version: SnmpVersion, bytes: Uint8Array): SnmpHeader | undefined => {
  const community = take(bytes, tags.octets)
  const pdu = community === undefined ? undefined : takeElement(community.rest)
  if (pdu === undefined) return undefined
  return { version, pdu: pdu.tag, isAuthenticated: false, isEncrypted: false, engine: '', boots: 0, time: 0 }
}

/** Of more than four bytes, or below zero, what no engine says. */
const wholeOf = (bytes: Uint8Array): number => {
  if (bytes.length === 0 || bytes.length > 4 || (bytes[0] ?? 0) >= 0x80) return 2 ** 31 - 1
  return bytes.reduce((sum, one) => sum * 256 + one, 0)
}

const readSecure = (bytes: Uint8Array): SnmpHeader | undefined => {
  const global = take(bytes, tags.sequence)
  const size = take(take(global?.body, tags.integer)?.rest, tags.integer)
  const flags = take(size?.rest, tags.octets)
  const security = take(global?.rest, tags.octets)
  const engine = take(take(security?.body, tags.sequence)?.body, tags.octets)
  const boots = take(engine?.rest, tags.integer)
  const time = take(boots?.rest, tags.integer)
  if (flags?.body.length !== 1 || security === undefined || engine === undefined) return undefined
  if (boots === undefined || time === undefined) return undefined
  const flag = flags.body[0] ?? 0
  const isEncrypted = (flag & 2) !== 0
  const common = {
    version: '3',
    isAuthenticated: (flag & 1) !== 0,
    isEncrypted,
    engine: Buffer.from(engine.body).toString('hex'),
    boots: wholeOf(boots.body),
    time: wholeOf(time.body),
  } as const
  // Encrypted without being authenticated is against the rules (RFC 3412, 7.2).
  if (isEncrypted)
    return common.isAuthenticated && take(security.rest, tags.octets) ? { ...common, pdu: undefined } : undefined
  const scoped = take(security.rest, tags.sequence)
  const context = take(take(scoped?.body, tags.octets)?.rest, tags.octets)
  const pdu = context === undefined ? undefined : takeElement(context.rest)
  return pdu === undefined ? undefined : { ...common, pdu: pdu.tag }
}
