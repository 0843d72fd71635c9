/**
 * A long sorted list in short blocks: a few changes cost a few comparisons each and one look at every item, not a list
 * made anew. Whoever changes what items compare by takes them out first.
 */
export interface SortedList<T> {
  readonly size: number
  /** `count` items from `offset` on, fewer at the end. */
  slice(offset: number, count: number): readonly T[]
  /** Place of an item; -1 where it is not in the list. Quick where the list is in order. */
  indexOf(item: T): number
  /** Takes out what `goes` and puts `items` in, in any order. O(size), cheaply. */
  change(goes: (item: T) => boolean, items: readonly T[]): void
  /** Everything anew, sorted already. */
  replace(sorted: readonly T[]): void
}

const blockSize = 256

export const createSortedList = <T>(compare: (a: T, b: T) => number): SortedList<T> => {
  let blocks: T[][] = []
  let size = 0

  const replace = (sorted: readonly T[]): void => {
    blocks = []
    size = sorted.length
    for (let at = 0; at < size; at += blockSize) blocks.push(sorted.slice(at, at + blockSize))
  }

  const takeOut = (goes: (item: T) => boolean): void => {
    let before = 0
    for (const [b, block] of blocks.entries()) {
      let kept: T[] | undefined
      for (let i = 0; i < block.length; i++) {
        const item = block[i] as T
        if (goes(item)) kept ??= block.slice(0, i)
        else kept?.push(item)
      }
      if (kept !== undefined) blocks[b] = kept
      before += block.length - (kept ?? block).length
    }
    size -= before
    if (before > 0) blocks = blocks.filter((block) => block.length > 0)
  }

  /** The block an item belongs into: the first that ends with it or beyond, or the last. */
  const blockOf = (item: T): number => {
    let low = 0
    let high = blocks.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      const block = blocks[middle] as T[]
      if (compare(block[block.length - 1] as T, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  const placeIn = (block: readonly T[], item: T): number => {
    let low = 0
    let high = block.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(block[middle] as T, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  const putIn = (item: T): void => {
    size++
    if (blocks.length === 0) {
      blocks.push([item])
      return
    }
    const b = blockOf(item)
    const block = blocks[b] as T[]
    block.splice(placeIn(block, item), 0, item)
    if (block.length > 2 * blockSize) blocks.splice(b + 1, 0, block.splice(blockSize))
  }

  const startOf = (b: number): number => {
    let start = 0
    for (let i = 0; i < b; i++) start += (blocks[i] as T[]).length
    return start
  }

  return {
    get size() {
      return size
    },
    slice(offset, count) {
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
    },
    indexOf(item) {
      if (size === 0) return -1
      const b = blockOf(item)
      const place = placeIn(blocks[b] as T[], item)
      if ((blocks[b] as T[])[place] === item) return startOf(b) + place
      // Something in the list has another key than the one it was put in with.
      for (const [i, block] of blocks.entries()) {
        const found = block.indexOf(item)
        if (found >= 0) return startOf(i) + found
      }
      return -1
    },
    change(goes, items) {
      takeOut(goes)
      for (const item of items) putIn(item)
      // Many small blocks, after much was taken out, cost more than they spare.
      if (blocks.length > 8 && blocks.length * blockSize > 6 * size) replace(blocks.flat())
    },
    replace,
  }
}
