import { createMemoryStore } from '@netstats/store/testing'
import { describe, expect, it } from 'vitest'
import { createLedger } from './soak-ledger.ts'
import { slopePerHour } from './soak-slope.ts'
import { createBatcher } from './store-batcher.ts'
import { createStoreData, everything } from './store-data.ts'

const base = Date.UTC(2026, 10, 1, 9, 50)
const day = 24 * 3_600_000
const retention = { raw: day, logs: day, seconds: day, minutes: day, hours: day }

const written = async (seconds: number, into = createMemoryStore()) => {
  const ledger = createLedger()
  const data = createStoreData({ nodes: 60, base })
  const batcher = createBatcher()
  for (let second = 0; second < seconds; second++) {
    data.raw(batcher, second, everything)
    data.rollUps(batcher, second, everything)
    const { batch } = batcher.take()
    const durable = ledger.write(batch)
    await into.write(batch)
    durable()
  }
  return { ledger, store: into, now: base + seconds * 1000 }
}

describe('the ledger of the soak', () => {
  it('finds nothing wrong where all is there', async () => {
    const { ledger, store, now } = await written(120)
    expect(ledger.compare(await store.info(), retention, now)).toEqual([])
    expect(ledger.acknowledged).toBeGreaterThan(120 * 37)
  })

  it('names the table that has a row less, and one that has a row more', async () => {
    const { ledger, store, now } = await written(20)
    const info = await store.info()
    const changed = (name: string, by: number) => ({
      ...info,
      tables: info.tables.map((one) => (one.name === name ? { ...one, rows: one.rows + by } : one)),
    })
    expect(ledger.compare(changed('log', -1), retention, now)[0]).toMatch(/^log: 19 rows of 20/)
    expect(ledger.compare(changed('block', 1), retention, now)[0]).toMatch(/^block: 5 rows of 4/)
  })

  it('takes what was given up in time for right, and what was given up too early for wrong', async () => {
    const { ledger, store, now } = await written(600)
    const short = { ...retention, raw: 120_000 }
    await store.prune(short, now)
    const info = await store.info()
    expect(ledger.compare(info, short, now)).toEqual([])
    const early = {
      ...info,
      tables: info.tables.map((one) => (one.name === 'metric' ? { ...one, from: now - 1000 } : one)),
    }
    expect(ledger.compare(early, short, now)[0]).toContain('gone too early')
  })
})

describe('the slope of a curve', () => {
  it('is its growth an hour', () => {
    const points = Array.from({ length: 10 }, (_, i) => [i * 10, 500 + i] as const)
    expect(slopePerHour(points)).toBeCloseTo(360)
    expect(slopePerHour(points.slice(0, 1))).toBe(0)
  })
})
