/** A block header as JSON-RPC gives it, read once at the border. No field is trusted before the hash was computed again. */
import { fromHex, minimalBytes, sameBytes, toBigInt, toHex } from './hex.ts'
import type { Hex } from './hex.ts'
import { encodeRlp, tryDecodeRlp } from './rlp.ts'
import type { RlpItem } from './rlp.ts'
import { keccak } from './signature.ts'

export interface Header {
  /** As the node reported it. */
  readonly hash: Hex
  readonly parentHash: Hex
  readonly number: number
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly miner: Hex
  readonly difficulty: bigint
  readonly extraData: Uint8Array
  /** The fields before `extraData`, in the order of their RLP. */
  readonly fields: readonly Uint8Array[]
  /** Where the header has them; AuRa has `seal` instead. */
  readonly mixHash: Uint8Array | undefined
  readonly nonce: Uint8Array | undefined
  /** AuRa's items after `extraData`, decoded and as they stand in the RLP of the header. */
  readonly seal: readonly RlpItem[] | undefined
  /** `baseFeePerGas` and what came after it, as far as the header has them. */
  readonly optional: readonly Uint8Array[]
}

/** Says which field cannot be read. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError'
  readonly field: string
  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`)
    this.field = field
  }
}

/** A thousand validators with their seals are 87 kB. */
const maxExtraData = 128 * 1024
const maxSealItem = 64 * 1024

type Fields = Readonly<Record<string, unknown>>

export const parseHeader = (value: unknown): Header => {
  if (typeof value !== 'object' || value === null) throw new HeaderError('header', 'is no object')
  const from = value as Fields
  const miner = bytes(from, from['miner'] === undefined ? 'author' : 'miner', 20)
  if (from['author'] !== undefined && !sameBytes(miner, bytes(from, 'author', 20)))
    throw new HeaderError('author', 'is not the miner')
  const parentHash = bytes(from, 'parentHash', 32)
  const difficulty = quantity(from, 'difficulty', 32)
  const number = count(from, 'number')
  const timestamp = count(from, 'timestamp')
  const extraData = bytesUpTo(from, 'extraData', maxExtraData)
  return {
    hash: toHex(bytes(from, 'hash', 32)),
    parentHash: toHex(parentHash),
    number,
    timestamp,
    miner: toHex(miner),
    difficulty,
    extraData,
    fields: [
      parentHash,
      bytes(from, 'sha3Uncles', 32),
      miner,
      bytes(from, 'stateRoot', 32),
      bytes(from, 'transactionsRoot', 32),
      bytes(from, 'receiptsRoot', 32),
      bytes(from, 'logsBloom', 256),
      minimalBytes(difficulty),
      minimalBytes(BigInt(number)),
      minimalBytes(quantity(from, 'gasLimit', 8)),
      minimalBytes(quantity(from, 'gasUsed', 8)),
      minimalBytes(BigInt(timestamp)),
    ],
    ...sealOf(from),
    optional: optionalOf(from),
  }
}

/** keccak of the header's RLP, with another `extraData` where an engine's rule wants that. */
export const hashOf = (header: Header, extraData: Uint8Array = header.extraData): Uint8Array => {
  const { mixHash, nonce, seal, fields, optional } = header
  const sealItems = seal ?? [mixHash ?? new Uint8Array(), nonce ?? new Uint8Array()]
  return keccak(encodeRlp([...fields, extraData, ...sealItems, ...optional]))
}

/** What is known without sending `mixHash`, `nonce` or AuRa's seal. */
export const hashWithoutSeal = ({ fields, extraData, optional }: Header): Uint8Array =>
  keccak(encodeRlp([...fields, extraData, ...optional]))

/**
 * geth, Besu and Nethermind give `mixHash` and `nonce`. OpenEthereum gives the RLP of both in `sealFields`, and with AuRa
 * that of step, signature and empty steps. Nethermind gives AuRa's `step` and `signature` alone.
 */
const sealOf = (from: Fields): Pick<Header, 'mixHash' | 'nonce' | 'seal'> => {
  if (from['mixHash'] !== undefined || from['nonce'] !== undefined)
    return { mixHash: bytes(from, 'mixHash', 32), nonce: bytes(from, 'nonce', 8), seal: undefined }
  const raw = from['sealFields']
  if (raw === undefined) {
    const step = minimalBytes(quantity(from, 'step', 8))
    return { mixHash: undefined, nonce: undefined, seal: [step, bytes(from, 'signature', 65)] }
  }
  if (!Array.isArray(raw) || raw.length < 2 || raw.length > 3)
    throw new HeaderError('sealFields', 'is no list of 2 or 3')
  const seal = raw.map((_, index) => {
    const item = tryDecodeRlp(bytesUpTo(raw as unknown as Fields, String(index), maxSealItem))
    if (item === undefined) throw new HeaderError('sealFields', `item ${index} is no RLP`)
    return item
  })
  const [first, second] = seal
  if (first instanceof Uint8Array && first.length === 32 && second instanceof Uint8Array && second.length === 8)
    return { mixHash: first, nonce: second, seal: undefined }
  // The text of the step is left alone: OpenEthereum writes another number there than the one that is sealed.
  if (
    from['signature'] !== undefined &&
    !(second instanceof Uint8Array && sameBytes(bytes(from, 'signature', 65), second))
  )
    throw new HeaderError('signature', 'is not that of sealFields')
  return { mixHash: undefined, nonce: undefined, seal }
}

/** Bytes of a hash, or undefined for a number that is written without leading zeros. */
const optionalFields: readonly (readonly [name: string, length: number | undefined])[] = [
  ['baseFeePerGas', undefined],
  ['withdrawalsRoot', 32],
  ['blobGasUsed', undefined],
  ['excessBlobGas', undefined],
  ['parentBeaconBlockRoot', 32],
  ['requestsHash', 32],
  ['blockAccessListHash', 32],
  ['slotNumber', undefined],
]

const optionalOf = (from: Fields): readonly Uint8Array[] => {
  const present = optionalFields.filter(([name]) => from[name] !== undefined && from[name] !== null)
  present.forEach(([name], index) => {
    if (optionalFields[index]?.[0] !== name) throw new HeaderError(name, 'stands without the fields before it')
  })
  return present.map(([name, length]) =>
    length === undefined ? minimalBytes(quantity(from, name, 32)) : bytes(from, name, length),
  )
}

const hexDigits = /^(?:0x)?(?:[0-9a-f]{2})*$/i

const bytesUpTo = (from: Fields, name: string, max: number): Uint8Array => {
  const value = from[name]
  if (typeof value !== 'string') throw new HeaderError(name, value === undefined ? 'is missing' : 'is no text')
  // Before the pattern is tried, so that a long text costs nothing.
  if (value.length > max * 2 + 2) throw new HeaderError(name, `is longer than ${max} bytes`)
  if (!hexDigits.test(value)) throw new HeaderError(name, 'is no hexadecimal bytes')
  const digits = value.toLowerCase()
  return fromHex(digits.startsWith('0x') ? (digits as Hex) : `0x${digits}`)
}

const bytes = (from: Fields, name: string, length: number): Uint8Array => {
  const value = bytesUpTo(from, name, length)
  if (value.length !== length) throw new HeaderError(name, `has ${value.length} bytes instead of ${length}`)
  return value
}

/** Hexadecimal with `0x`, decimal text, or a JSON number that is exact. */
const quantity = (from: Fields, name: string, maxBytes: number): bigint => {
  const value = from[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  if (typeof value !== 'string') throw new HeaderError(name, value === undefined ? 'is missing' : 'is no whole number')
  if (value.length > 80 || !/^(?:0x[0-9a-f]+|\d+)$/i.test(value)) throw new HeaderError(name, 'is no whole number')
  const number = BigInt(value)
  if (number >= 1n << BigInt(8 * maxBytes)) throw new HeaderError(name, `is longer than ${maxBytes} bytes`)
  return number
}

const count = (from: Fields, name: string): number => {
  const value = quantity(from, name, 8)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new HeaderError(name, 'is beyond 2^53')
  return Number(value)
}

/** AuRa's step, where the seal has one. */
export const stepOf = (seal: readonly RlpItem[]): bigint | undefined => {
  const [step] = seal
  return step instanceof Uint8Array && step.length <= 8 ? toBigInt(step) : undefined
}
