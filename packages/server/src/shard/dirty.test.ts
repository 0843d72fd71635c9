import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createDirtyTracker,
  markAllNodes,
  markBlock,
  markBlockRemoved,
  markNode,
  markNodeRemoved,
  takeDirty,
} from './dirty.ts'

const row = (id: string) => ({ id, hash: id, dirtyRound: 0 })
const none: ReadonlyMap<string, unknown> = new Map()

describe('dirty tracker', () => {
  it('names a changed row once and forgets it when it was taken', () => {
    const dirty = createDirtyTracker(10)
    const a = row('a')
    markNode(dirty, a)
    markNode(dirty, a)
    markBlock(dirty, row('0x1'))
    const taken = takeDirty(dirty, none)
    expect([...taken.nodes]).toEqual(['a'])
    expect([...taken.blocks]).toEqual(['0x1'])
    expect(taken.summary).toBe(true)
    const second = takeDirty(dirty, none)
    expect(second.nodes.size + second.blocks.size).toBe(0)
    expect(second.summary).toBe(false)
    markNode(dirty, a)
    expect([...takeDirty(dirty, none).nodes]).toEqual(['a'])
  })

  it('names all nodes after a new head', () => {
    const dirty = createDirtyTracker(10)
    markAllNodes(dirty)
    const all = new Map(['a', 'b'].map((id) => [id, row(id)]))
    const taken = takeDirty(dirty, all)
    expect([[...taken.nodes], taken.nodes.size, taken.nodes.has('b'), taken.allNodes]).toEqual([
      ['a', 'b'],
      2,
      true,
      true,
    ])
    all.delete('b')
    expect([[...taken.nodes], taken.nodes.has('b')]).toEqual([['a'], false])
    expect(takeDirty(dirty, all)).toMatchObject({ nodes: new Set(), allNodes: false })
  })

  it('keeps a removed row out of the changed ones, and the other way round', () => {
    const dirty = createDirtyTracker(10)
    const a = row('a')
    markNode(dirty, a)
    markNodeRemoved(dirty, a)
    markBlockRemoved(dirty, a)
    markBlock(dirty, a)
    const taken = takeDirty(dirty, none)
    expect([[...taken.nodes], [...taken.removedNodes]]).toEqual([[], ['a']])
    expect([[...taken.blocks], [...taken.removedBlocks]]).toEqual([['a'], []])
  })

  it('forgets the oldest removals when no reader comes', () => {
    const dirty = createDirtyTracker(3)
    for (const id of ['a', 'b', 'c', 'd', 'e']) markBlockRemoved(dirty, row(id))
    expect([...takeDirty(dirty, none).removedBlocks]).toEqual(['c', 'd', 'e'])
  })

  it('agrees with the last word on every row', () => {
    const word = fc.record({ id: fc.constantFrom('a', 'b', 'c'), what: fc.constantFrom('change', 'remove', 'take') })
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const dirty = createDirtyTracker(10)
        const rows = new Map(['a', 'b', 'c'].map((id) => [id, row(id)]))
        const last = new Map<string, string>()
        for (const { id, what } of words) {
          const one = rows.get(id) as ReturnType<typeof row>
          if (what === 'change') markNode(dirty, one)
          else if (what === 'remove') markNodeRemoved(dirty, one)
          else takeDirty(dirty, none)
          if (what === 'take') last.clear()
          else last.set(id, what)
        }
        const taken = takeDirty(dirty, none)
        const by = (what: string) => [...last].filter(([, one]) => one === what).map(([id]) => id)
        expect([...taken.nodes].sort()).toEqual(by('change').sort())
        expect([...taken.removedNodes].sort()).toEqual(by('remove').sort())
      }),
    )
  })
})
