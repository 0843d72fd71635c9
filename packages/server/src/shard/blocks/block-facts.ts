/**
 * What a later report of a block adds to what is known of it. Clients tell different parts of a header: what the first one
 * left out is filled in by the one who tells it, and what is known already stays.
 */
import type { Block } from '@netstats/protocol'
import { createBlock } from './block-record.ts'
import type { BlockRecord } from './block-record.ts'

/** Facts that a report may leave out. */
const optional = [
  'miner',
  'transactions',
  'uncles',
  'gasUsed',
  'gasLimit',
  'baseFeePerGas',
  'size',
  'difficulty',
  'extraData',
  'stateRoot',
  'transactionsRoot',
] as const satisfies readonly (keyof BlockRecord)[]
type Optional = (typeof optional)[number]

/**
 * Facts that all clients give in the same form and the hash stands for. Not the extra data, whose seals differ from node to
 * node in IBFT and QBFT; nor the size, which clients reckon differently; nor the miner, where some tell the signer.
 */
const certain = [
  'timestampMs',
  'transactions',
  'gasUsed',
  'gasLimit',
  'stateRoot',
  'transactionsRoot',
] as const satisfies readonly (keyof BlockRecord)[]

type Learned = 'nothing' | 'facts' | 'contradiction'

/** Thousands of nodes tell the same, and the same client software mostly as one and the same body. */
export const learnFacts = (block: BlockRecord, body: Block): Learned => {
  if (block.lastBody === body) return 'nothing'
  block.lastBody = body
  const said = createBlock(body)
  if (certain.some((fact) => said[fact] !== block[fact] && said[fact] !== null && block[fact] !== null))
    return 'contradiction'
  let learned: Learned = 'nothing'
  for (const fact of optional) {
    if (block[fact] !== null || said[fact] === null) continue
    fill(block, fact, said[fact])
    learned = 'facts'
  }
  return learned
}

const fill = <F extends Optional>(block: Pick<BlockRecord, F>, fact: F, value: BlockRecord[F]): void => {
  block[fact] = value
}
