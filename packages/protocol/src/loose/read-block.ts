/**
 * One reader for blocks of any node, whichever way they come: over JSON-RPC or over ethstats. A block needs a number, a
 * hash and a time, for they place it in the chain. All else is taken where it can be read and is not known where it can
 * not: never 0, never an address of zeros.
 */
import type { Block } from '../kinds/mod.ts'
import type { Address, BlockNumber, Hash, UnixSeconds, Wei } from '../units.ts'
import { address, big, bytes, fieldsOf, hash, isZeroAddress, saturated, sizeOf, whole } from './values.ts'
import type { Fields } from './values.ts'

/** Stands for a parent that the client does not name; geth 1.5 sends no `parentHash`. */
export const zeroHash = `0x${'0'.repeat(64)}` as Hash

/** `unread`: fields that were there and could not be used. `fault`: the field without which it is no block. */
export type BlockReading =
  | { readonly block: Block; readonly unread: readonly string[] }
  | { readonly block?: undefined; readonly fault: string }

export interface ReadBlockOptions {
  /** Keeps hashes of transactions, where every one can be read; they are many. */
  readonly hashes: boolean
}

type Draft = { -readonly [K in keyof Block]: Block[K] }

const maxExtraData = 65_536
const maxHashes = 100_000
const nothing: readonly string[] = []

export const readBlock = (fields: Fields, { hashes }: ReadBlockOptions): BlockReading => {
  const number = whole(fields.number)
  if (number === undefined) return { fault: 'number' }
  const ownHash = hash(fields.hash)
  if (ownHash === undefined) return { fault: 'hash' }
  const parentHash = isAbsent(fields.parentHash) || isNoHash(fields.parentHash) ? zeroHash : hash(fields.parentHash)
  if (parentHash === undefined) return { fault: 'parentHash' }
  const timestamp = seconds(fields.timestamp)
  if (timestamp === undefined) return { fault: 'timestamp' }
  const block: Draft = { number: number as BlockNumber, hash: ownHash, parentHash, timestamp }
  const unread = addOptional(block, fields)
  if (hashes) addHashes(block, fields.transactions)
  return { block, unread }
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null

/** How some write that there is none. */
const isNoHash = (value: unknown): boolean => value === '' || value === '0x' || value === '0x0'

/** Takes what can be read, and gives the names of what cannot. */
const addOptional = (block: Draft, fields: Fields): readonly string[] => {
  let unread = nothing
  const take = <K extends keyof Block>(key: K, read: (value: unknown) => Block[K] | undefined): void => {
    const given = fields[key]
    if (isAbsent(given)) return
    const value = read(given)
    if (value !== undefined) block[key] = value
    else unread = [...unread, key]
  }
  const sealer = sealerOf(fields)
  if (sealer === unreadable) unread = ['miner']
  else if (sealer !== undefined) block.miner = sealer
  take('gasUsed', saturated)
  take('gasLimit', saturated)
  take('difficulty', big)
  take('totalDifficulty', big)
  take('transactions', sizeOf)
  take('uncles', sizeOf)
  take('transactionsRoot', hash)
  take('stateRoot', hash)
  take('sha3Uncles', hash)
  take('extraData', (value) => bytes(value, maxExtraData))
  take('nonce', (value) => bytes(value, 66))
  take('mixHash', hash)
  take('baseFeePerGas', (value) => big(value) as Wei | undefined)
  take('size', whole)
  return unread
}

const unreadable = Symbol('there, but no address')

/** Who is named as miner, or as author by OpenEthereum and its kin. Zeros stand for nobody: Clique, IBFT. */
const sealerOf = ({ miner, author }: Fields): Address | typeof unreadable | undefined => {
  let odd = false
  for (const named of [miner, author]) {
    if (isAbsent(named) || isZeroAddress(named)) continue
    const found = address(named)
    if (found !== undefined) return found
    odd = true
  }
  return odd ? unreadable : undefined
}

const addHashes = (block: Draft, transactions: unknown): void => {
  if (!Array.isArray(transactions) || transactions.length > maxHashes) return
  const found: Hash[] = []
  for (const one of transactions as readonly unknown[]) {
    const named = hash(fieldsOf(one)?.hash ?? one)
    if (named === undefined) return
    found.push(named)
  }
  block.transactionHashes = found
}

/** Seconds, whatever the chain counts in: Raft of GoQuorum stamps blocks in nanoseconds, other chains in milliseconds. */
const seconds = (value: unknown): UnixSeconds | undefined => {
  const stamp = amount64(value) ?? readDate(value)
  if (stamp === undefined) return undefined
  if (stamp < 1e11) return stamp as UnixSeconds
  if (stamp < 1e14) return Math.floor(stamp / 1e3) as UnixSeconds
  if (stamp < 1e17) return Math.floor(stamp / 1e6) as UnixSeconds
  return stamp < 2 ** 64 ? (Math.floor(stamp / 1e9) as UnixSeconds) : undefined
}

const amount64 = (value: unknown): number | undefined => {
  const exact = whole(value)
  if (exact !== undefined) return exact
  if (typeof value === 'number') return value >= 0 ? Math.floor(value) : undefined
  const digits = big(value)
  return digits === undefined ? undefined : Number(digits)
}

/** A date and time as ISO 8601 writes it, in milliseconds: some indexers and gateways answer so. */
const readDate = (value: unknown): number | undefined => {
  if (typeof value !== 'string' || value.length > 40 || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) return undefined
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`)
  return ms >= 1e11 ? ms : undefined
}
