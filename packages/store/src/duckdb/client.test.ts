import { setImmediate } from 'node:timers/promises'
import { createTableBuilder } from '../batch.ts'
import { tables } from '../tables.ts'
import { describe, expect, it } from 'vitest'
import { createPlaces, noon } from './test-support/places.ts'

const place = createPlaces()
const rows = 9000

describe('a long answer', () => {
  it('is whole, or taken back, whenever that happens; the next question is answered', async () => {
    const store = await place().open()
    const log = createTableBuilder(tables.log)
    for (let seq = 1; seq <= rows; seq++)
      log.add({
        at: noon,
        seq,
        network: 1,
        node: null,
        severity: 5,
        source: 's',
        message: `line ${seq}`,
        component: null,
        fields: null,
      })
    await store.write({ log: log.take() })
    const question = { network: 1, range: { from: noon, to: noon + 1 }, limit: rows }
    const whole = await store.logs(question)
    expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: rows }, (_, i) => rows - i))
    const ends = { whole: 0, cancelled: 0 }
    for (let turns = 1; ends.whole < 2; turns += 1 + Math.floor(turns / 4)) {
      const abort = new AbortController()
      const asked = store.logs(question, { signal: abort.signal }).then(
        (found) => {
          expect(found).toEqual(whole)
          return 'whole' as const
        },
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'STORE_QUERY_CANCELLED' })
          return 'cancelled' as const
        },
      )
      for (let turn = 0; turn < turns; turn++) await setImmediate()
      abort.abort()
      ends[await asked]++
    }
    expect(ends.cancelled).toBeGreaterThan(0)
    expect(await store.logs(question)).toHaveLength(rows)
  })
})
