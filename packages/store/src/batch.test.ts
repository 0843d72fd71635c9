import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTableBuilder } from './batch.ts'
import type { CellValue, TableBatch } from './batch.ts'
import { column, defineTable, nullable } from './table.ts'

const sorts = defineTable({
  name: 'sorts',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    key: column('u32'),
    small: column('u8'),
    yes: nullable('bool'),
    amount: nullable('f64'),
    total: column('count'),
    hash64: nullable('hash64'),
    said: nullable('text'),
  },
})

const rowsOf = ({ rows, columns }: TableBatch): Record<string, CellValue>[] =>
  Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, { values, nulls }]) => {
        const value = values[row] as CellValue
        return [name, nulls?.[row] === 1 ? null : name === 'yes' ? value === 1 : value]
      }),
    ),
  )

const row = fc.record({
  at: fc.nat(),
  key: fc.nat(2 ** 32 - 1),
  small: fc.nat(255),
  yes: fc.option(fc.boolean()),
  amount: fc.option(fc.double({ noNaN: true })),
  total: fc.maxSafeNat(),
  hash64: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  said: fc.option(fc.string()),
})

describe('a table builder', () => {
  it('gives back every row that was put in, as objects or by place, batch after batch', () => {
    const many = fc.array(row, { maxLength: 100, size: 'max' })
    fc.assert(
      fc.property(fc.array(fc.tuple(many, fc.boolean()), { maxLength: 3 }), (batches) => {
        const builder = createTableBuilder(sorts)
        for (const [rows, byPlace] of batches) {
          for (const one of rows) {
            if (!byPlace) builder.add(one)
            else {
              builder.append()
              Object.keys(sorts.columns).forEach((name, i) => builder.set(i, one[name as keyof typeof one]))
            }
          }
          expect(builder.rows).toBe(rows.length)
          expect(rowsOf(builder.take())).toEqual(rows)
        }
        expect(builder.bytes).toBe(0)
      }),
    )
  })

  it('leaves out the nulls of a column that has none', () => {
    const builder = createTableBuilder(sorts)
    builder.add({ at: 1, key: 1, small: 1, yes: true, amount: null, total: 1, hash64: 1n, said: 'a' })
    const { columns } = builder.take()
    expect(Object.entries(columns).flatMap(([name, { nulls }]) => (nulls === undefined ? [] : [name]))).toEqual([
      'amount',
    ])
  })

  it('says roughly what it holds', () => {
    const builder = createTableBuilder(sorts)
    builder.append()
    const empty = builder.bytes
    expect(empty).toBeGreaterThan(30)
    builder.set(7, 'x'.repeat(100))
    expect(builder.bytes).toBe(empty + 200)
  })
})
