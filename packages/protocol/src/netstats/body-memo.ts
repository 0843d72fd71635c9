import { kinds } from '../kinds/mod.ts'
import type { Block } from '../kinds/mod.ts'
import { createTextMemo } from '../text-memo.ts'
import { readBody } from './lines.ts'
import type { BodyMemo } from './lines.ts'

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
