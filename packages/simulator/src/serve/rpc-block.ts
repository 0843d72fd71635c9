/** A block as clients answer it over JSON-RPC. */
import { keccak, toHex } from '@netstats/consensus/encoding'
import type { Hex } from '@netstats/consensus/encoding'
import { quantity } from '../block.ts'
import type { SimBlock } from '../block.ts'

type Fields = Readonly<Record<string, unknown>>

const emptyBlockBytes = 540
const transactionBytes = 110

const madeUp = (text: string): Hex => toHex(keccak(new TextEncoder().encode(text)))

export const transactionHashes = ({ hash, load }: SimBlock): readonly Hex[] =>
  Array.from({ length: load.transactions }, (_, index) => madeUp(`${hash} ${index}`))

/** The header alone, as notices of new heads have it. */
export const headerOf = (block: SimBlock): Fields => block.header

/** `full`: with transactions instead of their hashes alone. What is in them is made up. */
export const blockOf = (block: SimBlock, full: boolean): Fields => {
  const hashes = transactionHashes(block)
  return {
    ...block.header,
    totalDifficulty: quantity(block.weight),
    size: quantity(emptyBlockBytes + hashes.length * transactionBytes),
    uncles: [],
    transactions: full ? hashes.map((hash, index) => transactionOf(block, hash, index)) : hashes,
  }
}

const transactionOf = (block: SimBlock, hash: Hex, index: number): Fields => ({
  blockHash: block.hash,
  blockNumber: quantity(block.number),
  transactionIndex: quantity(index),
  hash,
  from: `0x${hash.slice(2, 42)}`,
  to: `0x${hash.slice(-40)}`,
  value: quantity(BigInt(hash.slice(0, 18))),
  gas: quantity(21_000),
  gasPrice: quantity(1_000_000_000),
  nonce: quantity(index),
  input: '0x',
  type: '0x0',
})
