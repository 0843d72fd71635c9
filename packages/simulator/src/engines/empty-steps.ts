/**
 * Empty steps of AuRa: a validator with nothing to put into a block signs its step and its head instead. Who seals the
 * next block puts those it knows into it, so that nobody counts them as missed.
 */
import { encodeRlp, fromHex, keccak, minimalBytes } from '@netstats/consensus/encoding'
import type { Hex, RlpItem } from '@netstats/consensus/encoding'
import type { SimBlock } from '../block.ts'
import type { SimNode, World } from '../model.ts'

export interface EmptyStep {
  readonly step: number
  readonly signer: Hex
  readonly signature: Uint8Array
}

/** After so many the next validator seals a block all the same. */
export const maxEmptySteps = 8

/** Of each node, those on its head that it knows, by step. */
const known = new WeakMap<SimNode, { readonly parent: Hex; readonly steps: Map<number, EmptyStep> }>()

const stepsOn = (node: SimNode, parent: SimBlock): Map<number, EmptyStep> => {
  const held = known.get(node)
  if (held?.parent === parent.hash) return held.steps
  const steps = new Map<number, EmptyStep>()
  known.set(node, { parent: parent.hash, steps })
  return steps
}

/** Those between the parent and a step, in order. */
export const emptyStepsBefore = (node: SimNode, parent: SimBlock, step: number): readonly EmptyStep[] =>
  [...stepsOn(node, parent).values()]
    .filter((one) => one.step > parent.step && one.step < step)
    .toSorted((a, b) => a.step - b.step)

/** Signs the step and tells everybody who has the same head. */
export const announceEmptyStep = (world: World, node: SimNode, step: number): void => {
  const parent = node.head
  const signed = keccak(encodeRlp([minimalBytes(BigInt(step)), fromHex(parent.hash)]))
  const one: EmptyStep = { step, signer: node.key.address, signature: node.key.sign(signed) }
  for (const other of world.nodes) {
    if (!world.reaches(node, other)) continue
    const way = other === node ? 0 : world.latencyMs(node, other)
    world.events.at(world.events.now() + way, () => {
      if (other.online && other.head === parent) stepsOn(other, parent).set(step, one)
    })
  }
}

/** The third item of the seal. */
export const emptyStepsItem = (steps: readonly EmptyStep[]): RlpItem =>
  steps.map(({ step, signature }) => [signature, minimalBytes(BigInt(step))])
