import type { NodeRow, NodeWindow } from '@netstats/protocol/feed'
import { describe, expect, it } from 'vitest'
import { listRows } from './node-window.ts'

const row = (id: string) => ({ id }) as NodeRow
const window = (fields: Partial<NodeWindow>): NodeWindow => ({
  sort: 'name',
  descending: false,
  filter: '',
  offset: 0,
  limit: 2,
  pinned: [],
  ...fields,
})
const data = (order: readonly string[], total: number) => ({
  total,
  all: total,
  order,
  rows: Object.fromEntries(order.map((id) => [id, row(id)])),
})

describe('rows of a window', () => {
  it('are pinned ones and others', () => {
    const rows = listRows({ window: window({ pinned: ['p'] }), data: data(['p', 'a', 'b'], 30) }, ['p'])
    expect(rows).toEqual({ pinned: [row('p')], loaded: [row('a'), row('b')], count: 29 })
  })

  it('are counted exactly where the window reaches the end', () => {
    const rows = listRows({ window: window({ offset: 10 }), data: data(['a'], 30) }, [])
    expect(rows.count).toBe(11)
  })

  it('leave the top at once when unpinned', () => {
    const rows = listRows({ window: window({ pinned: ['p'] }), data: data(['p', 'a'], 2) }, [])
    expect(rows).toMatchObject({ pinned: [], loaded: [row('a')] })
  })

  it('are none before the first answer', () => {
    expect(listRows({ window: window({}), data: undefined }, [])).toEqual({ pinned: [], loaded: [], count: 0 })
  })
})
