import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryStore, storeBatchOf } from '../memory/mod.ts'
import type { StoreRows } from '../memory/mod.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomQuestion } from '../testing/random-questions.ts'
import { noon, randomRows } from '../testing/random-rows.ts'
import { openDuckStore } from './mod.ts'

/** Another one explores further: it is in the message of a failure, with the path to it. */
const seed = Number(process.env['NETSTATS_TEST_SEED'] ?? 20_260_115)
const dayMs = 86_400_000
const retention = { raw: 2 * dayMs, logs: dayMs, seconds: dayMs, minutes: dayMs, hours: 700 * dayMs }

/** Interpolated numbers may differ in their last digits. */
const comparable = (answer: unknown): unknown => {
  if (typeof answer === 'number') return Number.isInteger(answer) ? answer : Number(answer.toPrecision(9))
  if (ArrayBuffer.isView(answer)) return Array.from(answer as Float64Array, comparable)
  if (Array.isArray(answer)) return answer.map(comparable)
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, comparable(value)]))
}

/** Rows in several batches, in the order they are in. */
const inBatches = (rows: StoreRows, count: number): readonly StoreRows[] =>
  Array.from({ length: count }, (_, batch) =>
    Object.fromEntries(
      Object.entries(rows).map(([table, list]) => [
        table,
        list.slice(Math.floor((list.length * batch) / count), Math.floor((list.length * (batch + 1)) / count)),
      ]),
    ),
  )

describe('DuckDB beside the store in memory', () => {
  it('gives the same answers to random questions about random rows, also after it was opened again', async () => {
    const questions = fc.array(randomQuestion, { minLength: 50, maxLength: 50, size: 'max' })
    await fc.assert(
      fc.asyncProperty(
        randomRows,
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        questions,
        async (rows, batches, reopens, asked) => {
          const directory = mkdtempSync(join(tmpdir(), 'netstats-store-model-'))
          const open = () =>
            openDuckStore({ directory: join(directory, 'store'), retention, now: () => noon, threads: 1 })
          let duck = await open()
          try {
            const memory = createMemoryStore()
            for (const batch of inBatches(rows, batches)) {
              await memory.write(storeBatchOf(batch))
              await duck.write(storeBatchOf(batch))
            }
            if (reopens) {
              await duck[Symbol.asyncDispose]()
              duck = await open()
            }
            for (const { name, query, ask } of asked) {
              const [expected, found] = [await ask(memory), await ask(duck)]
              expect({ name, query, answer: comparable(found) }).toEqual({ name, query, answer: comparable(expected) })
            }
          } finally {
            await duck[Symbol.asyncDispose]()
            rmSync(directory, { recursive: true, force: true })
          }
        },
      ),
      { seed, numRuns: 5, endOnFailure: true },
    )
  })
})
