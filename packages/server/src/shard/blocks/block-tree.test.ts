import { describe, expect, it } from 'vitest'
import { createBlock } from './block-record.ts'
import type { BlockRecord } from './block-record.ts'
import { attach, detach, setHead } from './block-tree.ts'
import { blocksAt, createBlockTree, missingHeights, recentCanonical } from './tree-state.ts'
import type { TreeLimits } from './tree-state.ts'
import { blockAt } from '../testing/scenario.ts'
import type { BlockShape } from '../testing/scenario.ts'

const plant = (limits: Partial<TreeLimits> = {}) => {
  const changed: BlockRecord[] = []
  const gone: BlockRecord[] = []
  let dropped = 0
  const tree = createBlockTree(
    { windowHeights: 100, maxForksPerHeight: 4, maxSideBlocks: 50, ...limits },
    {
      changed: (one) => changed.push(one),
      canonicalChanged: (one) => changed.push(one),
      gone: (one) => gone.push(one),
      dropped: () => dropped++,
    },
  )
  const add = (number: number, shape?: BlockShape, reporters = 1): BlockRecord => {
    const block = createBlock(blockAt(number, shape))
    block.reporters = reporters
    tree.byHash.set(block.hash, block)
    attach(tree, block)
    return block
  }
  return { tree, changed, gone, add, dropped: () => dropped }
}

const numbers = (blocks: readonly BlockRecord[]) => blocks.map((one) => one.number)

describe('block tree', () => {
  it('links a block to its parent and to children that came before it', () => {
    const { add } = plant()
    const child = add(11)
    const parent = add(10)
    const grandchild = add(12)
    expect(child.parent).toBe(parent)
    expect(grandchild.parent).toBe(child)
    expect(child.blockTimeMs).toBe(5000)
    expect(parent.blockTimeMs).toBeNull()
  })

  it('does not link across heights, whatever a parent hash says', () => {
    const { add } = plant()
    const parent = add(10)
    const child = add(15, { parentHash: blockAt(10).hash })
    expect(child.parent).toBeNull()
    expect(parent.blockTimeMs).toBeNull()
  })

  it('puts the canonical block of a height first', () => {
    const { tree, add } = plant()
    const first = add(10, { branch: 1 })
    const second = add(10, { branch: 2 })
    setHead(tree, second)
    expect(blocksAt(tree, 10)).toEqual([second, first])
    expect(tree.side).toEqual(new Set([first]))
    expect(tree.forks).toBe(1)
  })

  it('drops heights that leave the window, and cuts their links', () => {
    const { tree, add, gone } = plant({ windowHeights: 3 })
    const blocks = [1, 2, 3, 4, 5].map((number) => {
      const block = add(number)
      setHead(tree, block)
      return block
    })
    expect(numbers(gone)).toEqual([1, 2])
    expect(tree.base).toBe(3)
    expect(blocks[2]?.parent).toBeNull()
    expect(blocks[2]?.blockTimeMs).toBe(5000)
    expect(tree.byHash.size).toBe(3)
    expect(attach(tree, createBlock(blockAt(2)))).toBe(false)
  })

  it('jumps over 2^53 heights as fast as over one', () => {
    const { tree, add } = plant()
    setHead(tree, add(1))
    const far = add(Number.MAX_SAFE_INTEGER)
    setHead(tree, far)
    expect(tree.base).toBe(Number.MAX_SAFE_INTEGER - 99)
    expect(tree.heights.size).toBe(1)
    const low = createBlock(blockAt(2))
    tree.byHash.set(low.hash, low)
    setHead(tree, low)
    expect(tree.head).toBe(low)
    expect(tree.base).toBe(0)
    expect(tree.heights.size).toBe(1)
  })

  it('keeps a block that some node stands on by its hash, outside the tree', () => {
    const { tree, add } = plant({ windowHeights: 2 })
    const held = add(1)
    held.refs = 1
    setHead(tree, held)
    setHead(tree, add(2))
    setHead(tree, add(3))
    expect(held.attached).toBe(false)
    expect(tree.byHash.get(held.hash)).toBe(held)
  })

  it('gives up the least reported block of a full height, or else the new one', () => {
    const { tree, add, dropped } = plant({ maxForksPerHeight: 2 })
    add(10, { branch: 1 }, 5)
    const weak = add(10, { branch: 2 }, 1)
    const third = add(10, { branch: 3 }, 2)
    expect(weak.attached).toBe(false)
    expect(third.attached).toBe(true)
    const fourth = add(10, { branch: 4 }, 1)
    expect(fourth.attached).toBe(false)
    expect(blocksAt(tree, 10)).toHaveLength(2)
    expect(dropped()).toBe(2)
  })

  it('makes room at a full height for a block that is to be the head', () => {
    const { tree, add } = plant({ maxForksPerHeight: 1 })
    setHead(tree, add(10, { branch: 1 }, 5))
    const other = createBlock(blockAt(10, { branch: 2 }))
    tree.byHash.set(other.hash, other)
    setHead(tree, other)
    expect(tree.head).toBe(other)
    expect(blocksAt(tree, 10)[0]).toBe(other)
  })

  it('gives up the oldest block beside the chain that no node follows', () => {
    const { tree, add } = plant({ maxSideBlocks: 2 })
    setHead(tree, add(10))
    const followed = add(10, { branch: 1 })
    followed.followers = 1
    const old = add(9, { branch: 2 })
    const young = add(9, { branch: 3 })
    expect([followed.attached, old.attached, young.attached]).toEqual([true, false, true])
    expect(tree.head?.number).toBe(10)
  })

  it('asks for the newest missing heights, ascending', () => {
    const { tree, add } = plant()
    expect(missingHeights(tree, 5)).toEqual([])
    setHead(tree, add(50))
    expect(missingHeights(tree, 3)).toEqual([47, 48, 49])
    add(48)
    expect(missingHeights(tree, 3)).toEqual([47, 48, 49])
    add(49)
    expect(missingHeights(tree, 3)).toEqual([45, 46, 47])
    expect(missingHeights(tree, 0)).toEqual([])
    expect(missingHeights(tree, 1000)).toHaveLength(48)
  })

  it('asks for a height again whose assumed block turned out to be on another chain', () => {
    const { tree, add } = plant()
    for (const number of [1, 2, 3]) setHead(tree, add(number))
    setHead(tree, add(5, { branch: 7 }))
    expect(missingHeights(tree, 9)).toEqual([0, 4])
    add(4, { branch: 7 })
    expect(missingHeights(tree, 9)).toEqual([0, 1, 2, 3])
    add(3, { branch: 7, on: 0 })
    expect(missingHeights(tree, 9)).toEqual([0])
  })

  it('takes a chain that replaces another from its root', () => {
    const { tree, add } = plant()
    for (const number of [0, 1, 2, 3]) setHead(tree, add(number))
    expect(setHead(tree, add(1, { branch: 7 }))).toBe(0)
    add(0, { branch: 7 })
    expect(numbers(recentCanonical(tree, 60))).toEqual([0, 1])
    expect(tree.canonicalCount).toBe(2)
  })

  it('asks for all below the place where the assumed chain is shown to be another, until the link is found', () => {
    const { tree, add } = plant({ windowHeights: 1000, maxSideBlocks: 100 })
    for (let number = 0; number <= 150; number++) setHead(tree, add(number))
    setHead(tree, add(152, { branch: 7 }))
    expect(missingHeights(tree, 60)).toEqual([151])
    add(151, { branch: 7 })
    expect(missingHeights(tree, 50)).toEqual(Array.from({ length: 50 }, (_, i) => 101 + i))
    for (let number = 106; number <= 150; number++) add(number, { branch: 7, on: number === 106 ? 0 : 7 })
    expect(missingHeights(tree, 60)).toEqual([])
    expect([tree.canonicalCount, tree.doubt]).toEqual([153, null])
  })

  it('has no chain when its head is taken out', () => {
    const { tree, add } = plant()
    setHead(tree, add(1))
    const head = add(2)
    setHead(tree, head)
    detach(tree, head)
    expect(tree.head).toBeNull()
    expect(tree.canonicalCount).toBe(0)
    expect(recentCanonical(tree, 60)).toEqual([])
    expect(tree.side.size).toBe(1)
  })
})
