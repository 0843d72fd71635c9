/**
 * Clique (EIP-225). `extraData` is
 *
 *   vanity 32 │ signers 20 each, in the first block of an epoch │ seal 65
 */
import { addressLength, splitAddresses } from '../addresses.ts'
import { maxValidators } from '../engine.ts'
import { hashOf } from '../header.ts'
import type { Header } from '../header.ts'
import type { Hex } from '../hex.ts'
import { signatureLength } from '../signature.ts'
import { isVotingNonce, isZero } from '../vote-fields.ts'

export const vanityLength = 32

export interface CliqueLayout {
  readonly seal: Uint8Array
  /** Undefined in blocks that begin no epoch. */
  readonly checkpoint: readonly Hex[] | undefined
}

export const readClique = (header: Header): CliqueLayout | undefined => {
  const { extraData, difficulty, number } = header
  const between = extraData.length - vanityLength - signatureLength
  const signers = between / addressLength
  if (between < 0 || !Number.isInteger(signers) || signers > maxValidators) return undefined
  if (!isZero(header.mixHash) || !isVotingNonce(header.nonce)) return undefined
  if (number > 0 && difficulty !== 1n && difficulty !== 2n) return undefined
  if (number === 0 && signers === 0) return undefined
  return {
    seal: extraData.subarray(extraData.length - signatureLength),
    checkpoint: signers === 0 ? undefined : splitAddresses(extraData.subarray(vanityLength, vanityLength + between)),
  }
}

/** What the signer signs: the header without the seal. */
export const cliqueSealHash = (header: Header): Uint8Array =>
  hashOf(header, header.extraData.subarray(0, header.extraData.length - signatureLength))
