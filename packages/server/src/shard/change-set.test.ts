import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createChangeTracker,
  markAllNodes,
  markBlock,
  markBlockRemoved,
  markNode,
  markNodeRemoved,
  takeChangeSet,
} from './change-set.ts'

const row = (id: string) => ({ id, hash: id, changedRound: 0 })
const none: ReadonlyMap<string, unknown> = new Map()

describe('dirty tracker', () => {
  it('names a changed row once and forgets it when it was taken', () => {
    const dirty = createChangeTracker(10)
    const a = row('a')
    markNode(dirty, a)
    markNode(dirty, a)
    markBlock(dirty, row('0x1'))
    const taken = takeChangeSet(dirty, none)
    expect([...taken.nodes]).toEqual(['a'])
    expect([...taken.blocks]).toEqual(['0x1'])
    expect(taken.summary).toBe(true)
    const second = takeChangeSet(dirty, none)
    expect(second.nodes.size + second.blocks.size).toBe(0)
    expect(second.summary).toBe(false)
    markNode(dirty, a)
    expect([...takeChangeSet(dirty, none).nodes]).toEqual(['a'])
  })

  it('names all nodes after a new head', () => {
    const dirty = createChangeTracker(10)
    markAllNodes(dirty)
    const all = new Map(['a', 'b'].map((id) => [id, row(id)]))
    const taken = takeChangeSet(dirty, all)
    expect([[...taken.nodes], taken.nodes.size, taken.nodes.has('b'), taken.allNodes]).toEqual([
      ['a', 'b'],
      2,
      true,
      true,
    ])
    all.delete('b')
    expect([[...taken.nodes], taken.nodes.has('b')]).toEqual([['a'], false])
    expect(takeChangeSet(dirty, all)).toMatchObject({ nodes: new Set(), allNodes: false })
  })

  it('keeps a removed row out of the changed ones, and the other way round', () => {
    const dirty = createChangeTracker(10)
    const a = row('a')
    markNode(dirty, a)
    markNodeRemoved(dirty, a)
    markBlockRemoved(dirty, a)
    markBlock(dirty, a)
    const taken = takeChangeSet(dirty, none)
    expect([[...taken.nodes], [...taken.removedNodes]]).toEqual([[], ['a']])
    expect([[...taken.blocks], [...taken.removedBlocks]]).toEqual([['a'], []])
  })

  it('forgets the oldest removals when no reader comes', () => {
    const dirty = createChangeTracker(3)
    for (const id of ['a', 'b', 'c', 'd', 'e']) markBlockRemoved(dirty, row(id))
    expect([...takeChangeSet(dirty, none).removedBlocks]).toEqual(['c', 'd', 'e'])
  })

  it('agrees with the last word on every row', () => {
    const word = fc.record({ id: fc.constantFrom('a', 'b', 'c'), what: fc.constantFrom('change', 'remove', 'take') })
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const dirty = createChangeTracker(10)
        const rows = new Map(['a', 'b', 'c'].map((id) => [id, row(id)]))
        const last = new Map<string, string>()
        for (const { id, what } of words) {
          const one = rows.get(id) as ReturnType<typeof row>
          if (what === 'change') markNode(dirty, one)
          else if (what === 'remove') markNodeRemoved(dirty, one)
          else takeChangeSet(dirty, none)
          if (what === 'take') last.clear()
          else last.set(id, what)
        }
        const taken = takeChangeSet(dirty, none)
        const by = (what: string) => [...last].filter(([, one]) => one === what).map(([id]) => id)
        expect([...taken.nodes].sort()).toEqual(by('change').sort())
        expect([...taken.removedNodes].sort()).toEqual(by('remove').sort())
      }),
    )
  })
})
