import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeRow } from '@netstats/protocol/feed'
import type { ChangeSet } from '../shard/change-set.ts'
import type { NetworkView } from '../shard/shard-model.ts'
import { listNodes } from '../api/listing.ts'
import { parseFilter } from './filter.ts'
import { createNodeTable } from './node-table.ts'
import { whole } from '../lib/work-steps.ts'
import { createWindowIndex } from './window-index.ts'
import type { WindowIndex } from './window-index.ts'
import { cutWindow, windowData } from './window.ts'

/** Rows as a network view: what the sorted tables read, and nothing else. */
const rowsView = (rows: Map<string, NodeRow>): NetworkView =>
  ({
    get nodeCount() {
      return rows.size
    },
    nodeIds: () => rows.keys(),
    node: (id: string) => rows.get(id),
    cells(id: string) {
      const row = rows.get(id)
      return row && ((column: keyof NodeRow) => row[column] ?? null)
    },
    column: (id: string, column: keyof NodeRow) => rows.get(id)?.[column],
  }) as unknown as NetworkView

const dirtyOf = (nodes: Iterable<string>, removedNodes: Iterable<string> = []): ChangeSet => ({
  nodes: new Set(nodes),
  allNodes: false,
  removedNodes: new Set(removedNodes),
  blocks: new Set(),
  removedBlocks: new Set(),
  summary: true,
})

const filterOf = (text: string) => {
  const parsed = parseFilter(text)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return parsed.filter
}

const idsOf = (index: WindowIndex) => index.slice(0, index.size).map((entry) => entry.id)

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '__proto__']
const row = (id: string, peers: number | null, client: string): NodeRow =>
  ({ id, name: id, peers, client, blockNumber: peers }) as unknown as NodeRow

const step = fc.record({
  id: fc.constantFrom(...ids),
  peers: fc.option(fc.integer({ min: 0, max: 4 })),
  client: fc.constantFrom('geth', 'besu'),
  act: fc.constantFrom('set', 'set', 'set', 'remove', 'repair', 'replace'),
})

describe('a sorted table', () => {
  it('repaired after any changes is what sorting again would give', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom('', 'geth', 'peers:>1', '-besu peers:<3', 'client:null'),
        fc.constantFrom('peers', 'name', 'client') as fc.Arbitrary<keyof NodeRow>,
        fc.boolean(),
        (steps, filterText, sort, descending) => {
          const rows = new Map<string, NodeRow>()
          const table = createNodeTable(rowsView(rows))
          const filter = filterOf(filterText)
          using index = createWindowIndex(table, { sort, descending, filter })
          const check = () => {
            whole(index.repair())
            expect(index.dirty).toBe(false)
            const again = listNodes(rowsView(rows), { sort, descending, filter, offset: 0, limit: 100 })
            expect(idsOf(index)).toEqual(again.nodes.map((node) => node.id))
          }
          for (const { id, peers, client, act } of steps) {
            if (act === 'repair') check()
            else if (act === 'remove') {
              if (rows.delete(id)) whole(table.apply(dirtyOf([], [id])))
            } else {
              // `replace`: gone and back within one round; the core then reports it as changed, or as both.
              rows.set(id, row(id, peers, client))
              whole(table.apply(dirtyOf([id], act === 'replace' ? [id] : [])))
            }
          }
          check()
        },
      ),
      { numRuns: 500 },
    )
  })

  it('sorts again when it slept through more changes than the log keeps', () => {
    const rows = new Map([row('a', 1, 'geth'), row('b', 5, 'geth')].map((r) => [r.id, r]))
    const table = createNodeTable(rowsView(rows))
    using index = createWindowIndex(table, { sort: 'peers', descending: false, filter: filterOf('') })
    whole(index.repair())
    for (let i = 0; i < 5000; i++) {
      rows.set('a', row('a', i % 9, 'geth'))
      whole(table.apply(dirtyOf(['a'])))
    }
    whole(index.repair())
    expect(idsOf(index)).toEqual(['a', 'b'])
  })

  it('stays what it was until a long change is done, and takes breaks on the way', () => {
    const rows = new Map(Array.from({ length: 5000 }, (_, i) => [`n${i}`, row(`n${i}`, i % 977, 'geth')] as const))
    const table = createNodeTable(rowsView(rows))
    using index = createWindowIndex(table, { sort: 'peers', descending: false, filter: filterOf('peers:<900') })
    expect([index.ready, index.size, index.dirty]).toEqual([false, 0, true])
    whole(index.repair())
    for (const changes of [20, 2000, 5000]) {
      for (let i = 0; i < changes; i++) rows.set(`n${i}`, row(`n${i}`, (i * 7919 + changes) % 1009, 'besu'))
      whole(table.apply(dirtyOf(Array.from({ length: changes }, (_, i) => `n${i}`))))
      const before = idsOf(index)
      const work = index.repair()
      let breaks = 0
      for (; work.next().done !== true; breaks++) expect(idsOf(index)).toEqual(before)
      if (changes > 20) expect(breaks).toBeGreaterThan(5)
      const spec = { sort: 'peers', descending: false, filter: filterOf('peers:<900'), offset: 0, limit: 5000 } as const
      expect(idsOf(index)).toEqual(listNodes(rowsView(rows), spec).nodes.map((node) => node.id))
    }
  })

  it('that is given up half-way leaves nothing of itself to anyone who gets its place', () => {
    const rows = new Map(Array.from({ length: 3000 }, (_, i) => [`n${i}`, row(`n${i}`, i, 'geth')] as const))
    const table = createNodeTable(rowsView(rows))
    const index = createWindowIndex(table, { sort: 'peers', descending: false, filter: filterOf('') })
    const work = index.repair()
    for (let i = 0; i < 6; i++) work.next()
    index[Symbol.dispose]()
    using other = createWindowIndex(table, { sort: 'client', descending: false, filter: filterOf('') })
    whole(work)
    whole(other.repair())
    expect(index.ready).toBe(false)
    expect(idsOf(other)).toEqual([...rows.keys()].sort())
  })

  it('shares a column between tables and gives it up with the last', () => {
    const rows = new Map([row('a', 1, 'geth')].map((r) => [r.id, r]))
    const table = createNodeTable(rowsView(rows))
    const spec = { sort: 'peers', descending: false, filter: filterOf('geth') } as const
    const one = createWindowIndex(table, spec)
    const two = createWindowIndex(table, { ...spec, descending: true })
    for (const index of [one, two]) whole(index.repair())
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    rows.set('b', row('b', 2, 'geth'))
    whole(table.apply(dirtyOf(['b'])))
    whole(two.repair())
    expect(idsOf(two)).toEqual(['b', 'a'])
    two[Symbol.dispose]()
    using three = createWindowIndex(table, spec)
    whole(three.repair())
    expect(idsOf(three)).toEqual(['a', 'b'])
  })
})

describe('a window', () => {
  const rows = new Map(['a', 'b', 'c', 'd', 'e'].map((id, i) => [id, row(id, i, 'geth')]))
  const table = createNodeTable(rowsView(rows))
  const index = createWindowIndex(table, { sort: 'name', descending: false, filter: filterOf('') })
  whole(index.repair())
  const cut = (offset: number, limit: number, pinned: readonly string[] = []) =>
    cutWindow(index, table, { offset, limit, pinned }).map((entry) => entry.id)

  it('is a slice of the sorted table', () => {
    expect(cut(1, 2)).toEqual(['b', 'c'])
    expect(cut(4, 9)).toEqual(['e'])
    expect(cut(9, 9)).toEqual([])
  })

  it('has its pinned rows on top, in their order, and not again below', () => {
    expect(cut(0, 2, ['d', 'b'])).toEqual(['d', 'b', 'a', 'c'])
    expect(cut(1, 2, ['a', 'nobody'])).toEqual(['a', 'c', 'd'])
    expect(cut(0, 0, ['c'])).toEqual(['c'])
  })

  it('shows pinned rows whatever the filter', () => {
    using none = createWindowIndex(table, { sort: 'name', descending: false, filter: filterOf('besu') })
    whole(none.repair())
    const entries = cutWindow(none, table, { offset: 0, limit: 5, pinned: ['c'] })
    expect(windowData(entries, table, { total: 0, all: 5 })).toMatchObject({ total: 0, order: ['c'] })
  })
})
