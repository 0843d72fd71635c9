import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeRow } from '@netstats/protocol/feed'
import type { Dirty, NetworkView } from '../shard/model.ts'
import { listNodes } from '../api/listing.ts'
import { parseFilter } from './filter.ts'
import { createNodeTable } from './node-table.ts'
import { createWindowIndex } from './window-index.ts'
import { cutWindow, windowData } from './window.ts'

/** Rows as a network view: what the sorted tables read, and nothing else. */
const rowsView = (rows: Map<string, NodeRow>): NetworkView =>
  ({
    get nodeCount() {
      return rows.size
    },
    nodeIds: () => rows.keys(),
    node: (id: string) => rows.get(id),
    column: (id: string, column: keyof NodeRow) => rows.get(id)?.[column],
  }) as unknown as NetworkView

const dirtyOf = (nodes: Iterable<string>, removedNodes: Iterable<string> = []): Dirty => ({
  nodes: new Set(nodes),
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

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '__proto__']
const row = (id: string, peers: number | null, client: string): NodeRow =>
  ({ id, name: id, peers, client, blockNumber: peers }) as unknown as NodeRow

const step = fc.record({
  id: fc.constantFrom(...ids),
  peers: fc.option(fc.integer({ min: 0, max: 4 })),
  client: fc.constantFrom('geth', 'besu'),
  act: fc.constantFrom('set', 'set', 'set', 'remove', 'mend', 'replace'),
})

describe('a sorted table', () => {
  it('mended after any changes is what sorting anew would give', () => {
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
            index.repair()
            expect(index.dirty).toBe(false)
            const anew = listNodes(rowsView(rows), { sort, descending, filter, offset: 0, limit: 100 })
            expect(index.entries.map((entry) => entry.id)).toEqual(anew.nodes.map((node) => node.id))
          }
          for (const { id, peers, client, act } of steps) {
            if (act === 'mend') check()
            else if (act === 'remove') {
              if (rows.delete(id)) table.apply(dirtyOf([], [id]))
            } else {
              // `replace`: gone and back within one round; the core then reports it as changed, or as both.
              rows.set(id, row(id, peers, client))
              table.apply(dirtyOf([id], act === 'replace' ? [id] : []))
            }
          }
          check()
        },
      ),
      { numRuns: 500 },
    )
  })

  it('does not count a change that moves nothing as a change', () => {
    const rows = new Map([row('a', 1, 'geth'), row('b', 5, 'geth')].map((r) => [r.id, r]))
    const table = createNodeTable(rowsView(rows))
    using index = createWindowIndex(table, { sort: 'peers', descending: false, filter: filterOf('') })
    rows.set('a', row('a', 2, 'besu'))
    table.apply(dirtyOf(['a']))
    index.repair()
    expect(index.version).toBe(0)
    rows.set('a', row('a', 9, 'besu'))
    table.apply(dirtyOf(['a']))
    index.repair()
    expect(index.version).toBe(1)
  })

  it('sorts anew when it slept through more changes than the log keeps', () => {
    const rows = new Map([row('a', 1, 'geth'), row('b', 5, 'geth')].map((r) => [r.id, r]))
    const table = createNodeTable(rowsView(rows))
    using index = createWindowIndex(table, { sort: 'peers', descending: false, filter: filterOf('') })
    for (let i = 0; i < 5000; i++) {
      rows.set('a', row('a', i % 9, 'geth'))
      table.apply(dirtyOf(['a']))
    }
    index.repair()
    expect(index.entries.map((entry) => entry.id)).toEqual(['a', 'b'])
  })

  it('shares a facet between tables and gives it up with the last', () => {
    const rows = new Map([row('a', 1, 'geth')].map((r) => [r.id, r]))
    const table = createNodeTable(rowsView(rows))
    const spec = { sort: 'peers', descending: false, filter: filterOf('geth') } as const
    const one = createWindowIndex(table, spec)
    const two = createWindowIndex(table, { ...spec, descending: true })
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    rows.set('b', row('b', 2, 'geth'))
    table.apply(dirtyOf(['b']))
    two.repair()
    expect(two.entries.map((entry) => entry.id)).toEqual(['b', 'a'])
    two[Symbol.dispose]()
    using three = createWindowIndex(table, spec)
    expect(three.entries.map((entry) => entry.id)).toEqual(['a', 'b'])
  })
})

describe('a window', () => {
  const rows = new Map(['a', 'b', 'c', 'd', 'e'].map((id, i) => [id, row(id, i, 'geth')]))
  const table = createNodeTable(rowsView(rows))
  const index = createWindowIndex(table, { sort: 'name', descending: false, filter: filterOf('') })
  const cut = (offset: number, limit: number, pinned: readonly string[] = []) =>
    cutWindow(index.entries, table, { offset, limit, pinned }).map((entry) => entry.id)

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
    const entries = cutWindow(none.entries, table, { offset: 0, limit: 5, pinned: ['c'] })
    expect(windowData(entries, table, { total: 0, all: 5 })).toMatchObject({ total: 0, order: ['c'] })
  })
})
