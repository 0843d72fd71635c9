import { blockNumber, unixSeconds, wei } from '@netstats/protocol'
import type { Block } from '@netstats/protocol'
import { RpcError } from './rpc/errors.ts'
import { tryAddress, tryHash, tryQuantity, tryRecord, tryWhole } from './values.ts'

const maxTransactions = 100_000
const maxExtraData = 65_536

/**
 * A block of `eth_getBlockBy…`: undefined for null. Throws `RPC_ANSWER_INVALID` naming the field where a fact that makes
 * a block is missing; what is merely useful is left out instead.
 */
export const readBlock = (value: unknown): Block | undefined => {
  if (value === null || value === undefined) return undefined
  const raw = tryRecord(value)
  if (!raw) throw invalid('the block')
  const need = <T>(field: string, read: (value: unknown) => T | undefined): T => {
    const found = read(raw[field])
    if (found === undefined) throw invalid(field)
    return found
  }
  const transactions = raw['transactions']
  if (!Array.isArray(transactions) || transactions.length > maxTransactions) throw invalid('transactions')
  const hashes = transactions.map((one: unknown) => tryHash(tryRecord(one)?.['hash'] ?? one))
  const miner = tryAddress(raw['miner']) ?? tryAddress(raw['author'])
  if (!miner) throw invalid('miner')

  return {
    number: blockNumber(need('number', tryWhole)),
    hash: need('hash', tryHash),
    parentHash: need('parentHash', tryHash),
    timestamp: unixSeconds(need('timestamp', tryWhole)),
    miner,
    gasUsed: need('gasUsed', tryWhole),
    gasLimit: need('gasLimit', tryWhole),
    difficulty: tryQuantity(raw['difficulty']) ?? 0n,
    transactions: transactions.length,
    uncles: Array.isArray(raw['uncles']) ? raw['uncles'].length : 0,
    ...(hashes.every((one) => one !== undefined) ? { transactionHashes: hashes } : {}),
    ...defined('totalDifficulty', tryQuantity(raw['totalDifficulty'])),
    ...defined('transactionsRoot', tryHash(raw['transactionsRoot'])),
    ...defined('stateRoot', tryHash(raw['stateRoot'])),
    ...defined('sha3Uncles', tryHash(raw['sha3Uncles'])),
    ...defined('extraData', tryBytes(raw['extraData'], maxExtraData)),
    ...defined('nonce', tryBytes(raw['nonce'], 66)),
    ...defined('mixHash', tryHash(raw['mixHash'])),
    ...defined('baseFeePerGas', asWei(tryQuantity(raw['baseFeePerGas']))),
    ...defined('size', tryWhole(raw['size'])),
  }
}

const asWei = (value: bigint | undefined) => (value === undefined ? undefined : wei(value))

const tryBytes = (value: unknown, max: number): string | undefined =>
  typeof value === 'string' && value.length <= max && /^0x[0-9a-fA-F]*$/.test(value) ? value : undefined

const defined = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V })

const invalid = (field: string): RpcError =>
  new RpcError('RPC_ANSWER_INVALID', `The node answered a block whose ${field} can not be read.`)
