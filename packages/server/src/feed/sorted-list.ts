/**
 * A long sorted list in short blocks: a few changes cost a few comparisons each and one look at every item, not a list
 * made again. Anyone who changes what items compare by takes them out first.
 */
import { lowerBound } from '../lib/lower-bound.ts'

export interface SortedList<T> {
  readonly size: number
  /** `count` items from `offset` on, fewer at the end. */
  slice(offset: number, count: number): readonly T[]
  /** Place of an item; -1 where it is not in the list. Quick where the list is in order. */
  indexOf(item: T): number
  /** Takes out what `goes` and puts `items` in, in any order. O(size), cheaply. */
  change(goes: (item: T) => boolean, items: readonly T[]): void
  /** Everything again, sorted already. */
  replace(sorted: readonly T[]): void
}

const blockSize = 256

interface Blocks<T> {
  readonly compare: (a: T, b: T) => number
  /** None is empty. */
  blocks: T[][]
  size: number
}

export const createSortedList = <T>(compare: (a: T, b: T) => number): SortedList<T> => {
  const list: Blocks<T> = { compare, blocks: [], size: 0 }
  return {
    get size() {
      return list.size
    },
    slice: (offset, count) => slice(list, offset, count),
    indexOf: (item) => indexOf(list, item),
    change(goes, items) {
      takeOut(list, goes)
      for (const item of items) putIn(list, item)
      // Many small blocks, after much was taken out, cost more than they spare.
      if (list.blocks.length > 8 && list.blocks.length * blockSize > 6 * list.size) replace(list, list.blocks.flat())
    },
    replace: (sorted) => replace(list, sorted),
  }
}

const replace = <T>(list: Blocks<T>, sorted: readonly T[]): void => {
  list.blocks = []
  list.size = sorted.length
  for (let at = 0; at < sorted.length; at += blockSize) list.blocks.push(sorted.slice(at, at + blockSize))
}

const slice = <T>({ blocks }: Blocks<T>, offset: number, count: number): readonly T[] => {
  const out: T[] = []
  let skip = offset
  for (const block of blocks) {
    if (out.length >= count) break
    if (skip >= block.length) {
      skip -= block.length
      continue
    }
    for (let i = skip; i < block.length && out.length < count; i++) out.push(block[i] as T)
    skip = 0
  }
  return out
}

const indexOf = <T>(list: Blocks<T>, item: T): number => {
  const { blocks } = list
  const b = blockOf(list, item)
  const place = blocks[b] && placeIn(list, blocks[b], item)
  if (place !== undefined && blocks[b]?.[place] === item) return startOf(list, b) + place
  // Something in the list has another key than the one it was put in with.
  for (const [i, block] of blocks.entries()) {
    const found = block.indexOf(item)
    if (found >= 0) return startOf(list, i) + found
  }
  return -1
}

const takeOut = <T>(list: Blocks<T>, goes: (item: T) => boolean): void => {
  let gone = 0
  for (const [b, block] of list.blocks.entries()) {
    let kept: T[] | undefined
    for (let i = 0; i < block.length; i++) {
      const item = block[i] as T
      if (goes(item)) kept ??= block.slice(0, i)
      else kept?.push(item)
    }
    if (kept === undefined) continue
    gone += block.length - kept.length
    list.blocks[b] = kept
  }
  list.size -= gone
  if (gone > 0) list.blocks = list.blocks.filter((block) => block.length > 0)
}

const putIn = <T>(list: Blocks<T>, item: T): void => {
  const { blocks } = list
  list.size++
  if (blocks.length === 0) {
    blocks.push([item])
    return
  }
  const b = blockOf(list, item)
  const block = blocks[b] as T[]
  block.splice(placeIn(list, block, item), 0, item)
  if (block.length > 2 * blockSize) blocks.splice(b + 1, 0, block.splice(blockSize))
}

/** The block an item belongs into: the first that ends with it or beyond, or the last. */
const blockOf = <T>({ blocks, compare }: Blocks<T>, item: T): number =>
  lowerBound(blocks.length - 1, (b) => compare((blocks[b] as T[]).at(-1) as T, item) < 0)

const placeIn = <T>({ compare }: Blocks<T>, block: readonly T[], item: T): number =>
  lowerBound(block.length, (i) => compare(block[i] as T, item) < 0)

const startOf = <T>({ blocks }: Blocks<T>, b: number): number => {
  let start = 0
  for (let i = 0; i < b; i++) start += (blocks[i] as T[]).length
  return start
}
