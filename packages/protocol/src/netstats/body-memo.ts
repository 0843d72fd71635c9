import { kinds } from '../kinds/mod.ts'
import type { Block } from '../kinds/mod.ts'
import { createTextMemo } from '../text-memo.ts'
import { readBody } from './lines.ts'

/**
 * Recognises bodies of blocks by their text. Agents write the same block the same, so of thousands that report it one is
 * parsed; the others get the same frozen object, which the server can tell apart by identity alone.
 */
export interface BodyMemo {
  /** Throws where the text is no block. */
  readonly block: (text: string) => Block
  readonly hits: number
  readonly misses: number
}

/** `capacity`: distinct texts kept, oldest forgotten first. */
export const createBodyMemo = (capacity = 64): BodyMemo => {
  const memo = createTextMemo<Block>(capacity)
  return {
    block: (text) => {
      const seen = memo.find(text)
      if (seen !== undefined) return seen
      const block = Object.freeze(readBody(text, kinds.block.read))
      if (block.transactionHashes !== undefined) Object.freeze(block.transactionHashes)
      memo.remember(text, block)
      return block
    },
    get hits() {
      return memo.hits
    },
    get misses() {
      return memo.misses
    },
  }
}
