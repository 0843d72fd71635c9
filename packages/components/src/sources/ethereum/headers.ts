/** Headers of blocks, complete, so that whoever gets them can tell who sealed. They are told right behind their blocks. */
import type { Hash, Header } from '@netstats/protocol'
import { fieldsOf, readHeader, rounded } from '@netstats/protocol/loose'
import { createBoundedMap } from '@netstats/sdk/limits'
import type { EthereumConfig } from './config.ts'

export interface Headers {
  /** A block as the node gave it, that may be told soon. */
  note(block: unknown): void
  /** The header of a block that was told, once. */
  take(hash: Hash): Header | undefined
}

export type Count = (name: string) => void

/** Headers that wait for their blocks to be told, beside a gap that is filled. */
const spare = 64

export const createHeaders = (
  { blockHeaders: mode, backfill }: Pick<EthereumConfig, 'blockHeaders' | 'backfill'>,
  count: Count,
): Headers => {
  const waiting = createBoundedMap<Hash, Header>(backfill + spare)
  return {
    note: (block) => {
      const header = headerIn(block, mode, count)
      if (header !== undefined) waiting.set(header.hash, header)
    },
    take: (hash) => {
      const header = waiting.get(hash)
      waiting.delete(hash)
      return header
    },
  }
}

/** The header of a block of JSON-RPC, where it is wanted; one that cannot be read is counted. */
export const headerIn = (block: unknown, mode: EthereumConfig['blockHeaders'], count: Count): Header | undefined => {
  const fields = mode === 'never' ? undefined : fieldsOf(block)
  if (fields === undefined || !(mode === 'always' || hasFormOfAuthority(fields))) return undefined
  const header = readHeader(rounded(fields))
  if (header === undefined) count('headers_unread')
  return header
}

/** `mixHash` of IBFT and QBFT. */
const istanbulDigest = '0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365'
/** Clique: 32 bytes of vanity and 65 of signature, and signers between them at the beginning of an epoch. */
const leastExtraData = '0x'.length + 2 * (32 + 65)

/** Whether it looks like a block of Clique, AuRa, IBFT or QBFT. Who gets the header looks closer. */
const hasFormOfAuthority = (fields: Readonly<Record<string, unknown>>): boolean => {
  const { mixHash, extraData, sealFields, step, signature } = fields
  if (mixHash === istanbulDigest) return true
  if (Array.isArray(sealFields) || (step !== undefined && signature !== undefined)) return true
  const isLong = typeof extraData === 'string' && extraData.length >= leastExtraData
  return isLong && typeof mixHash === 'string' && /^0x0+$/.test(mixHash)
}
