import { tables } from '@netstats/store'
import type { RowOf } from '@netstats/store'
import { createMemoryStore } from '@netstats/store/testing'
import { describe, expect, it } from 'vitest'
import { createBatcher } from './store-batcher.ts'
import { createStoreData, everything } from './store-data.ts'
import { createLive, runLive } from './store-live.ts'
import { load } from './store-load.ts'
import { questionsOf, timed } from './store-questions.ts'

const base = Date.UTC(2026, 10, 1, 9, 50)
const nodes = 60
const plan = (to: number) => ({ from: 0, to, batchSeconds: 5, seenSeconds: to, metricSeconds: to })

describe('the made-up fleet', () => {
  it('fills every column of its tables with what may stand there', () => {
    const batcher = createBatcher()
    const data = createStoreData({ nodes, base })
    data.introduce(batcher)
    for (let second = 0; second < 60; second++) {
      data.raw(batcher, second, everything)
      data.rollUps(batcher, second, everything)
    }
    const { batch, rows } = batcher.take()
    expect(rows).toMatchObject({ nodeSample: 720, blockSeen: 720, metric: 720, log: 60, node1m: 60, metric1m: 300 })
    for (const [key, { columns, rows: count }] of Object.entries(batch)) {
      for (const [name, column] of Object.entries(tables[key as keyof typeof tables].columns)) {
        const { values, nulls } = columns[name] ?? { values: [] }
        for (let i = 0; i < count; i++) {
          if (nulls?.[i] === 1) expect(column.nullable, `${key}.${name}`).toBe(true)
          else if (column.type === 'f64') expect(values[i], `${key}.${name}`).not.toBeNaN()
          else expect(values[i], `${key}.${name}`).toBeDefined()
        }
      }
    }
  })

  it('makes the same rows in parts as in one piece', () => {
    const [whole, parts] = [createBatcher(), createBatcher()]
    const [one, other] = [createStoreData({ nodes, base }), createStoreData({ nodes, base })]
    for (let second = 55; second < 65; second++) {
      one.raw(whole, second, everything)
      one.rollUps(whole, second, everything)
      for (let part = 0; part < 7; part++) other.raw(parts, second, everything, part, 7)
      for (let part = 0; part < 7; part++) other.rollUps(parts, second, everything, part, 7)
    }
    expect(parts.take().rows).toEqual(whole.take().rows)
  })

  it('hears from every node once in five seconds', async () => {
    const store = createMemoryStore()
    await load(store, createStoreData({ nodes, base }), plan(10))
    const found = await store.latest({ network: 1, from: base + 5000, to: base + 10_000 })
    const seen = found.map((row: RowOf<typeof tables.nodeSample>) => row.node)
    expect(new Set(seen).size).toBe(nodes)
  })
})

describe('the questions of the bench', () => {
  it('have answers as long as their times need to mean something', async () => {
    const store = createMemoryStore()
    await load(store, createStoreData({ nodes, base }), plan(600))
    for (const question of questionsOf({ nodes, base, from: 0, to: 600 })) {
      expect(await timed(store, question, 3), question.id).toBeGreaterThanOrEqual(0)
    }
  })

  it('are refused a time where the answer is too small', async () => {
    const store = createMemoryStore()
    const [first] = questionsOf({ nodes, base, from: 0, to: 600 })
    if (first === undefined) throw new Error('no question')
    await expect(timed(store, first, 0)).rejects.toThrow('gave 0 rows')
  })
})

describe('the load in real time', () => {
  it('ends with the first failure of the store', async () => {
    const store = { ...createMemoryStore(), write: () => Promise.reject(new Error('no room')) }
    const run = runLive(createLive(), { store, data: createStoreData({ nodes, base }), from: 0, seconds: 5 })
    await expect(run).rejects.toThrow('no room')
  })
})
