import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tables } from '../tables.ts'
import type { RollupTable } from '../store.ts'
import type { TableBatch } from '../batch.ts'
import { createMemoryStore, rowsOf, storeBatchOf } from '../memory/mod.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openDuckStore } from '../duckdb/mod.ts'
import { noon, randomRows } from '../testing/random-rows.ts'

const dayMs = 86_400_000
const retention = { raw: 30 * dayMs, logs: 30 * dayMs, seconds: 30 * dayMs, minutes: 30 * dayMs, hours: 700 * dayMs }
const rollups = ['network10s', 'network1m', 'network1h', 'node1m', 'node1h', 'metric1m', 'metric1h'] as const

/** In a fixed order, and without the last digits. */
const shown = (table: RollupTable, batch: TableBatch): readonly string[] =>
  rowsOf(tables[table], batch)
    .map((row) =>
      JSON.stringify(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'number' ? Number(value.toPrecision(9)) : value,
        ]),
      ),
    )
    .sort()

describe('what roll-ups lack', () => {
  it('is the same by DuckDB as in memory, and nothing any more once it is written', async () => {
    await fc.assert(
      fc.asyncProperty(randomRows, async (rows) => {
        const directory = mkdtempSync(join(tmpdir(), 'netstats-unrolled-'))
        const duck = await openDuckStore({
          directory: join(directory, 'store'),
          retention,
          now: () => noon,
          threads: 1,
        })
        try {
          const memory = createMemoryStore()
          await memory.write(storeBatchOf(rows))
          await duck.write(storeBatchOf(rows))
          for (const table of rollups) {
            const query = { table, from: noon - 2 * dayMs, to: noon + dayMs }
            const lacking = await duck.unrolled(query)
            expect(shown(table, lacking)).toEqual(shown(table, await memory.unrolled(query)))
            if (lacking.rows === 0) continue
            await memory.write({ [table]: lacking })
            await duck.write({ [table]: lacking })
            expect((await duck.unrolled(query)).rows).toBe(0)
            expect((await memory.unrolled(query)).rows).toBe(0)
          }
        } finally {
          await duck[Symbol.asyncDispose]()
          rmSync(directory, { recursive: true })
        }
      }),
      { numRuns: 3, endOnFailure: true, seed: Number(process.env['NETSTATS_TEST_SEED'] ?? 20_260_115) },
    )
  })
})
