/**
 * AuRa (OpenEthereum, Nethermind). The header ends in
 *
 *   … extraData │ step │ signature │ empty steps, from a transition on │ baseFeePerGas, from London on
 *
 * and has neither mixHash nor nonce. The sealer signs the hash of the header without these three; where the field of empty
 * steps is there, the hash of that hash and the field as it stands.
 */
import { concatBytes } from '@noble/hashes/utils.js'
import { hashWithoutSeal, stepOf } from '../header.ts'
import type { Header } from '../header.ts'
import { fromHex, minimalBytes, toBigInt } from '../hex.ts'
import type { Hex } from '../hex.ts'
import { encodeRlp } from '../rlp.ts'
import type { RlpItem } from '../rlp.ts'
import { keccak, signatureLength } from '../signature.ts'

export interface AuraLayout {
  readonly step: number
  readonly signature: Uint8Array
  readonly emptyStepsItem: RlpItem | undefined
  readonly emptySteps: readonly SignedStep[]
}

/** A validator had nothing to put into a block at its step, and signed that. */
interface SignedStep {
  readonly step: number
  readonly signature: Uint8Array
}

/** A block stands for so many empty steps at most; OpenEthereum's own bound is lower. */
const maxEmptySteps = 1000

export const readAura = ({ seal, number }: Header): AuraLayout | undefined => {
  if (seal === undefined) return undefined
  const step = stepOf(seal)
  const [, signature, emptyStepsItem] = seal
  if (step === undefined || step > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  if (!(signature instanceof Uint8Array) || signature.length !== signatureLength) return undefined
  const emptySteps = emptyStepsItem === undefined ? [] : readEmptySteps(emptyStepsItem)
  if (emptySteps === undefined || (number === 0 && step !== 0n)) return undefined
  return { step: Number(step), signature, emptyStepsItem, emptySteps }
}

const readEmptySteps = (item: RlpItem): readonly SignedStep[] | undefined => {
  if (item instanceof Uint8Array) return item.length === 0 ? [] : undefined
  if (item.length > maxEmptySteps) return undefined
  const steps = item.map(readEmptyStep)
  return steps.every((one) => one !== undefined) ? steps : undefined
}

const readEmptyStep = (item: RlpItem): SignedStep | undefined => {
  if (item instanceof Uint8Array || item.length !== 2) return undefined
  const [signature, step] = item
  if (!(signature instanceof Uint8Array) || signature.length !== signatureLength) return undefined
  if (!(step instanceof Uint8Array) || step.length > 6) return undefined
  return { step: Number(toBigInt(step)), signature }
}

export const bareHash = (header: Header): Uint8Array => hashWithoutSeal(header)

/** What the sealer signs. */
export const signedHash = (bare: Uint8Array, { emptyStepsItem }: AuraLayout): Uint8Array =>
  emptyStepsItem === undefined ? bare : keccak(concatBytes(bare, encodeRlp(emptyStepsItem)))

/** What the signer of an empty step signs. */
export const emptyStepHash = ({ step }: SignedStep, parentHash: Hex): Uint8Array =>
  keccak(encodeRlp([minimalBytes(BigInt(step)), fromHex(parentHash)]))
