import { zeroAddress } from './addresses.ts'
import type { Vote } from './facts.ts'
import type { Header } from './header.ts'

const isAll = (bytes: Uint8Array, value: number): boolean => bytes.every((byte) => byte === value)

/** The vote in `miner` and `nonce`, as Clique and IBFT 1 carry it. */
export const voteInMiner = ({ miner, nonce }: Header): Vote | undefined => {
  if (nonce === undefined || miner === zeroAddress) return undefined
  if (isAll(nonce, 0xff)) return { recipient: miner, type: 'add' }
  return isAll(nonce, 0) ? { recipient: miner, type: 'drop' } : undefined
}

/** Whether `nonce` is one of the two that vote. */
export const isVotingNonce = (nonce: Uint8Array | undefined): boolean =>
  nonce !== undefined && (isAll(nonce, 0) || isAll(nonce, 0xff))

export const isZero = (bytes: Uint8Array | undefined): boolean => bytes !== undefined && isAll(bytes, 0)
