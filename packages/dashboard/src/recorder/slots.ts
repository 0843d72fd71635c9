/** Blocks arranged as the recorder draws them: one column a height, the newest at the right. */
import type { BlockRow } from '@netstats/protocol/feed'

export interface Slot {
  readonly number: number
  /** The block on the chain of the head; undefined while the height is not known. */
  readonly main: BlockRow | undefined
  /** Blocks that are not canonical, or not yet. */
  readonly forks: readonly BlockRow[]
}

/** Oldest first, always `columns` many once there is a head; unknown heights are slots without blocks. */
export function arrangeSlots(blocks: readonly BlockRow[], columns: number): readonly Slot[] {
  const head = blocks.reduce((n, b) => Math.max(n, b.number), -1)
  if (head < 0 || columns < 1) return []
  const byNumber = Map.groupBy(blocks, (b) => b.number)
  return Array.from({ length: columns }, (_, i) => {
    const number = head - columns + 1 + i
    const here = byNumber.get(number) ?? []
    const main = here.find((b) => b.canonical)
    return { number, main, forks: here.filter((b) => b !== main) }
  })
}

/** A young chain gets wider columns, in a few steps so that columns do not change with every block. */
const steps = [20, 30, 40]

export function columnsWanted(blocks: readonly BlockRow[], most: number): number {
  const numbers = blocks.map((b) => b.number)
  const span = numbers.length === 0 ? most : Math.max(...numbers) - Math.min(...numbers) + 1
  return Math.min(most, steps.find((s) => s >= span) ?? most)
}

/** Columns that fit: never narrower than `least` pixels, never more than are kept. */
export const columnsFor = (width: number, least: number, most: number): number =>
  Math.max(0, Math.min(most, Math.floor(width / least)))
