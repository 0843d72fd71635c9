import { as, count, hex, list, object, text } from '../parse.ts'
import type { BlockNumber, Hash } from '../units.ts'
import { defineKind } from './define.ts'

interface BlockRef {
  readonly number: BlockNumber
  readonly hash: Hash
}

/** A node's own notice that its head moved, with what left and what joined its chain (bor's `headEvent`). */
export interface HeadEvent {
  readonly type: string
  readonly added: readonly BlockRef[]
  readonly removed: readonly BlockRef[]
}

const ref = object({ number: as<BlockNumber, number>(count), hash: as<Hash, string>(hex(32)) })

export const headEvent = defineKind<HeadEvent>({
  code: 6,
  class: 'block',
  read: object({ type: text(50), added: list(ref, 1000), removed: list(ref, 1000) }),
})
