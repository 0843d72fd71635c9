import type { Block } from '../kinds/mod.ts'
import type { Address, BlockNumber, Hash, UnixSeconds, Wei } from '../units.ts'
import { malformed } from './errors.ts'
import { address, big, bytes, countOf, fieldsOf, hash, saturated, whole } from './values.ts'
import type { Fields } from './values.ts'

/** Stands for a parent or an author that the client does not name; geth 1.5 sends no `parentHash`. */
export const zeroHash = `0x${'0'.repeat(64)}` as Hash
export const zeroAddress = `0x${'0'.repeat(40)}` as Address

/** Most blocks taken from one history message; what is above is counted as skipped. */
const maxHistory = 1000

type Draft = { -readonly [K in keyof Block]: Block[K] }

/**
 * A block of any client. Number, hash, parent and time must be right, for they place it in the chain. The rest is best
 * effort: an absent or unreadable field is left out, or is 0 where a block always has it. Transactions are counted and
 * not kept, because nothing behind the codec needs their hashes.
 */
export const readBlock = (value: unknown, path: string): Block => {
  const fields = fieldsOf(value)
  if (fields === undefined) throw malformed('BLOCK_MALFORMED', path, 'expected an object')
  const parent = fields.parentHash
  const block: Draft = {
    number: must(whole(fields.number), path, 'number') as BlockNumber,
    hash: must(hash(fields.hash), path, 'hash'),
    parentHash: parent === undefined || parent === null ? zeroHash : must(hash(parent), path, 'parentHash'),
    timestamp: must(seconds(fields.timestamp), path, 'timestamp'),
    miner: address(fields.miner) ?? zeroAddress,
    gasUsed: saturated(fields.gasUsed) ?? 0,
    gasLimit: saturated(fields.gasLimit) ?? 0,
    difficulty: big(fields.difficulty) ?? 0n,
    transactions: countOf(fields.transactions),
    uncles: countOf(fields.uncles),
  }
  addOptional(block, fields)
  return block
}

const addOptional = (block: Draft, fields: Fields): void => {
  const totalDifficulty = big(fields.totalDifficulty)
  if (totalDifficulty !== undefined) block.totalDifficulty = totalDifficulty
  const transactionsRoot = hash(fields.transactionsRoot)
  if (transactionsRoot !== undefined) block.transactionsRoot = transactionsRoot
  const stateRoot = hash(fields.stateRoot)
  if (stateRoot !== undefined) block.stateRoot = stateRoot
  const sha3Uncles = hash(fields.sha3Uncles)
  if (sha3Uncles !== undefined) block.sha3Uncles = sha3Uncles
  // From here on only clients that send the block as their RPC gives it.
  const extraData = bytes(fields.extraData, 65_536)
  if (extraData !== undefined) block.extraData = extraData
  const nonce = bytes(fields.nonce, 66)
  if (nonce !== undefined) block.nonce = nonce
  const mixHash = hash(fields.mixHash)
  if (mixHash !== undefined) block.mixHash = mixHash
  const baseFeePerGas = big(fields.baseFeePerGas)
  if (baseFeePerGas !== undefined) block.baseFeePerGas = baseFeePerGas as Wei
  const size = whole(fields.size)
  if (size !== undefined) block.size = size
}

const must = <T>(value: T | undefined, path: string, field: string): T => {
  if (value === undefined) throw malformed('BLOCK_MALFORMED', `${path}.${field}`, 'missing or unreadable')
  return value
}

/** Seconds, whatever the chain counts in: some private chains stamp blocks in milli-, micro- or nanoseconds. */
const seconds = (value: unknown): UnixSeconds | undefined => {
  const stamp = amount64(value)
  if (stamp === undefined) return undefined
  if (stamp < 1e11) return stamp as UnixSeconds
  if (stamp < 1e14) return Math.floor(stamp / 1e3) as UnixSeconds
  if (stamp < 1e17) return Math.floor(stamp / 1e6) as UnixSeconds
  return stamp < 2 ** 64 ? (Math.floor(stamp / 1e9) as UnixSeconds) : undefined
}

const amount64 = (value: unknown): number | undefined => {
  const exact = whole(value)
  if (exact !== undefined) return exact
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined
  if (typeof value === 'bigint') return Number(value)
  const digits = big(value)
  return digits === undefined ? undefined : Number(digits)
}

/** Blocks of a history answer, ascending whatever the client's order, marked as history, and how many were no blocks. */
export const readHistory = (value: unknown): { readonly blocks: readonly Block[]; readonly skipped: number } => {
  if (!Array.isArray(value)) throw malformed('HISTORY_MALFORMED', 'history', 'expected a list of blocks')
  const entries: readonly unknown[] = value
  const blocks: Block[] = []
  for (const entry of entries.slice(0, maxHistory)) {
    const block: Draft | undefined = tryBlock(entry)
    if (block === undefined) continue
    block.historical = true
    blocks.push(block)
  }
  blocks.sort((a, b) => a.number - b.number)
  return { blocks, skipped: entries.length - blocks.length }
}

/** The block, or nothing where it is none: in lists one bad entry does not spoil the others. */
export const tryBlock = (value: unknown): Block | undefined => {
  const fields = fieldsOf(value)
  // The common gaps are null and false; telling them by type spares an exception each.
  if (fields === undefined || whole(fields.number) === undefined) return undefined
  try {
    return readBlock(fields, 'block')
  } catch (error) {
    if (typeof error === 'symbol') throw error
    return undefined
  }
}
