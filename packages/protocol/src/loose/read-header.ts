/** The header in a block of JSON-RPC, from any client: complete, or none. */
import { briefHeader, maxExtraData } from '../kinds/header.ts'
import type { Header } from '../kinds/header.ts'
import { address, bytes, hash, quantity, whole } from './values.ts'
import type { Fields } from './values.ts'

type Draft = { -readonly [K in keyof Header]?: Header[K] | undefined }

/** Undefined where a field that is hashed is missing or cannot be read: such a header could prove nothing. */
export const readHeader = (fields: Fields): Header | undefined => {
  let isWhole = true
  const take = <T>(key: string, read: (value: unknown) => T | undefined): T | undefined => {
    const value = fields[key]
    if (value === undefined || value === null) return undefined
    const found = read(value)
    if (found === undefined) isWhole = false
    return found
  }
  const draft: Draft = {
    number: whole(fields.number) as Header['number'] | undefined,
    hash: hash(fields.hash),
    parentHash: hash(fields.parentHash),
    timestamp: whole(fields.timestamp) as Header['timestamp'] | undefined,
    miner: address(fields.miner ?? fields.author),
    stateRoot: hash(fields.stateRoot),
    difficulty: hexQuantity(fields.difficulty),
    gasLimit: hexQuantity(fields.gasLimit),
    gasUsed: hexQuantity(fields.gasUsed),
    extraData: hexBytes(maxExtraData)(fields.extraData),
  }
  if (Object.values(draft).includes(undefined)) return undefined
  const optional: Draft = {
    sha3Uncles: take('sha3Uncles', hash),
    transactionsRoot: take('transactionsRoot', hash),
    receiptsRoot: take('receiptsRoot', hash),
    logsBloom: take('logsBloom', exactly(256)),
    mixHash: take('mixHash', hash),
    nonce: take('nonce', exactly(8)),
    ...readSeal(take),
    baseFeePerGas: take('baseFeePerGas', hexQuantity),
    withdrawalsRoot: take('withdrawalsRoot', hash),
    blobGasUsed: take('blobGasUsed', hexQuantity),
    excessBlobGas: take('excessBlobGas', hexQuantity),
    parentBeaconBlockRoot: take('parentBeaconBlockRoot', hash),
    requestsHash: take('requestsHash', hash),
    blockAccessListHash: take('blockAccessListHash', hash),
    slotNumber: take('slotNumber', hexQuantity),
  }
  const isRooted =
    optional.sha3Uncles && optional.transactionsRoot && optional.receiptsRoot && optional.logsBloom !== undefined
  if (!isWhole || !isRooted) return undefined
  const present = Object.entries(optional).filter(([, value]) => value !== undefined)
  return briefHeader({ ...(draft as Header), ...Object.fromEntries(present) })
}

/** AuRa's items: as they are sealed, or else the two that the client writes out. Their own text of the step is not sealed. */
const readSeal = (take: <T>(key: string, read: (value: unknown) => T | undefined) => T | undefined): Draft => {
  const sealFields = take('sealFields', sealItems)
  if (sealFields !== undefined && sealFields.length > 0) return { sealFields }
  return { step: take('step', hexQuantity), signature: take('signature', exactly(65)) }
}

const sealItems = (value: unknown): readonly string[] | undefined => {
  if (!Array.isArray(value) || value.length > 3) return undefined
  const items = value.map(hexBytes(maxExtraData))
  return items.every((one) => one !== undefined) ? items : undefined
}

const hexQuantity = (value: unknown): string | undefined => {
  const number = quantity(value)
  return number === undefined || number >= 1n << 256n ? undefined : `0x${number.toString(16)}`
}

const hexBytes =
  (max: number) =>
  (value: unknown): string | undefined => {
    const text = bytes(value, 2 + 2 * max)
    return text === undefined || text.length % 2 === 1 ? undefined : text.toLowerCase()
  }

/** So many bytes; some leave the `0x` out. */
const exactly =
  (length: number) =>
  (value: unknown): string | undefined => {
    const text = typeof value === 'string' && !value.startsWith('0x') ? `0x${value}` : value
    const found = hexBytes(length)(text)
    return found?.length === 2 + 2 * length ? found : undefined
  }
