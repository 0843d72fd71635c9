/** Pages of blocks by height. */
import type { BlockRow } from '@netstats/protocol/feed'
import type { NetworkView } from '../shard/shard-model.ts'

export interface BlockPage {
  readonly blocks: readonly BlockRow[]
  /** Height below which older blocks are; null at the end. */
  readonly next: number | null
}

// Heights without a block that a page steps over: what is further apart is not the kept window any more.
const gapLimit = 1024

/** At most `limit` blocks below `before`, newest first. A height is never cut in two: its forks may exceed the limit. */
export const blockPage = (view: NetworkView, limit: number, before: number | undefined): BlockPage => {
  const head = Math.max(view.head()?.number ?? -1, view.blocks(1)[0]?.number ?? -1)
  const from = before === undefined ? head : Math.min(head, before - 1)
  const blocks: BlockRow[] = []
  let gap = 0
  for (let number = from; number >= 0 && gap < gapLimit; number--) {
    const here = view
      .hashesAt(number)
      .map((hash) => view.block(hash))
      .filter((row) => row !== undefined)
    if (here.length === 0) {
      gap++
      continue
    }
    if (blocks.length >= limit) return { blocks, next: number + 1 }
    gap = 0
    blocks.push(...here)
  }
  return { blocks, next: null }
}

/** A block by hash, or the canonical one by height. */
export const findBlock = (view: NetworkView, name: string): string | undefined => {
  if (/^0x[0-9a-f]{64}$/i.test(name)) return view.block(name.toLowerCase())?.hash
  if (/^\d{1,15}$/.test(name)) return view.hashesAt(Number(name))[0]
  return name === 'latest' ? view.head()?.hash : undefined
}
