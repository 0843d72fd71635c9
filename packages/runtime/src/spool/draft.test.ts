import { nodeId, unixMs } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { draftOf, dropOldest, freePiece, insert, pieceRows, settle } from './draft.ts'
import type { Draft, ReaderRecord } from './draft.ts'
import { createMemoryStorage, noRows } from './memory-storage.ts'
import { makeRoom } from './room.ts'
import type { Incoming } from './room.ts'
import { rowBytes } from './storage.ts'

const readerOf = (name: string, bit: number): ReaderRecord => ({
  name,
  bit,
  cursor: 0,
  released: 0,
  count: 0,
  branches: [],
  backlog: 0,
})
const setup = (names: readonly string[], maxBytes = 1_000_000) => {
  const storage = createMemoryStorage(maxBytes)
  const readers = new Map(names.map((name, bit) => [name, readerOf(name, bit)]))
  const draft = draftOf({
    spool: 's',
    since: 0,
    lives: [],
    next: 1,
    rows: noRows(),
    readers,
    drops: new Map(),
    checkpoints: new Map(),
    toFree: [],
    usedBits: 0,
  })
  return { storage, draft }
}
const row = (n: number, passed = 0, bytes = 10): Incoming['row'] => ({
  kind: 'pending',
  node: nodeId('n'),
  observedAt: unixMs(n),
  passed,
  body: 'x'.repeat(bytes),
})
const fill = (t: ReturnType<typeof setup>, shed: ShedClass, count: number, passed = 0): void => {
  for (let n = 1; n <= count; n++) insert(t.draft, t.storage, shed, { ...row(n, passed), storedAt: t.draft.next })
}
const incoming = (shed: ShedClass, n: number, bytes = 10): Incoming => {
  const one = row(n, 0, bytes)
  return { shed, row: one, bytes: rowBytes(one) }
}
const counts = (draft: Draft): readonly string[] =>
  draft.dropped.map((one) => `${one.reason} ${one.class} ${one.dropped}`)

describe('giving up the oldest', () => {
  it('does not count what everybody has settled and nobody freed yet', () => {
    const t = setup(['a', 'b'])
    fill(t, 'stats', 10)
    settle(t.draft, t.storage, { name: 'a', cursor: 8, released: 8, count: 0 })
    settle(t.draft, t.storage, { name: 'b', cursor: 6, released: 6, count: 0 })
    expect(dropOldest(t.draft, t.storage, 'stats', 'size')).toBe(10)
    expect(counts(t.draft)).toEqual(['size stats 4'])
    expect([...t.draft.readers.values()].map((one) => one.backlog)).toEqual([0, 0])
  })

  it('counts for each reader only what that one still held', () => {
    const t = setup(['a', 'b'])
    fill(t, 'stats', 3, 0b10)
    fill(t, 'stats', 2)
    expect([...t.draft.readers.values()].map((one) => one.backlog)).toEqual([5, 2])
    dropOldest(t.draft, t.storage, 'stats', 'age', 3)
    expect([...t.draft.readers.values()].map((one) => one.backlog)).toEqual([3, 2])
    expect(counts(t.draft)).toEqual(['age stats 2'])
  })

  it('takes a piece at a time', () => {
    const t = setup(['a'])
    fill(t, 'log', pieceRows + 1)
    expect(dropOldest(t.draft, t.storage, 'log', 'size')).toBe(pieceRows)
    expect(t.draft.rows.log).toBe(1)
  })
})

describe('freeing', () => {
  it('takes a piece at a time, and skips what is empty in one go', () => {
    const t = setup(['a'])
    fill(t, 'stats', pieceRows * 2)
    settle(t.draft, t.storage, { name: 'a', cursor: pieceRows * 2, released: pieceRows * 2, count: 0 })
    freePiece(t.draft, t.storage)
    expect(t.draft.rows.stats).toBe(pieceRows)
    freePiece(t.draft, t.storage)
    expect(t.draft.rows.stats).toBe(0)
    expect(t.draft.toFree).toEqual([])
    t.draft.toFree = [{ after: 0, through: 10 ** 15 }]
    freePiece(t.draft, t.storage)
    expect(t.draft.toFree).toEqual([])
  })

  it('leaves what another reader holds, and takes it when that one has settled', () => {
    const t = setup(['a', 'b'])
    fill(t, 'block', 4, 0b10)
    fill(t, 'block', 4)
    settle(t.draft, t.storage, { name: 'a', cursor: 8, released: 8, count: 0 })
    freePiece(t.draft, t.storage)
    expect(t.draft.rows.block).toBe(4)
    settle(t.draft, t.storage, { name: 'b', cursor: 8, released: 8, count: 0 })
    freePiece(t.draft, t.storage)
    expect(t.draft.rows.block).toBe(0)
  })
})

describe('making room', () => {
  it('leaves rows of a higher class alone and gives up those that arrive in a lower', () => {
    const t = setup(['a'], 1000)
    fill(t, 'block', 10)
    const rows = [3, 4, 5].map((n) => incoming('latency', n))
    expect(makeRoom(t.draft, t.storage, rows.slice(1), false)).toEqual({ rows: rows.slice(1), wait: false })
    expect(makeRoom(t.draft, t.storage, rows, false)).toEqual({ rows: rows.slice(1), wait: false })
    expect(counts(t.draft)).toEqual(['size latency 1'])
    expect(t.draft.rows.block).toBe(10)
  })

  it('frees one piece and lets the rest wait, without those it gave up', () => {
    const t = setup(['a'], 300_000)
    fill(t, 'stats', 3500)
    const rows = [incoming('latency', 1, 100), incoming('block', 2, 290_000)]
    const fit = makeRoom(t.draft, t.storage, rows, false)
    expect(fit).toEqual({ rows: [rows[1]], wait: true })
    expect(counts(t.draft)[0]).toBe('size latency 1')
    expect(makeRoom(t.draft, t.storage, fit.rows, false)).toMatchObject({ rows: [rows[1]] })
  })

  it('gives up a piece of the lowest class whatever the sizes say, when the disk is full', () => {
    const t = setup(['a'])
    fill(t, 'stats', 5)
    fill(t, 'block', 5)
    expect(makeRoom(t.draft, t.storage, [incoming('block', 1)], true).rows).toHaveLength(1)
    expect(counts(t.draft)).toEqual(['disk-full stats 5'])
  })

  it('gives up what arrives rather than a higher class, when the disk is full', () => {
    const t = setup(['a'])
    fill(t, 'block', 5)
    expect(makeRoom(t.draft, t.storage, [incoming('latency', 1)], true).rows).toEqual([])
    expect(counts(t.draft)).toEqual(['disk-full latency 1'])
    expect(t.draft.rows.block).toBe(5)
  })
})
