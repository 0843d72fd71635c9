import { describe, expect, it } from 'vitest'
import { createOracle, placeOf } from '../../proofs/store-kill-oracle.ts'
import type { Found } from '../../proofs/store-kill-oracle.ts'
import { runKills } from '../../proofs/store-kill-run.ts'
import { countsOf, written } from '../../proofs/store-kill-rows.ts'

describe('a store whose process is killed', () => {
  it('has every batch that it acknowledged, and no part of any other', async () => {
    const result = await runKills({ rounds: 15, seed: 20_260_101 })
    expect(result.acknowledged).toBeGreaterThan(0)
    expect(result.rows).toBeGreaterThan(0)
  })
})

describe('the oracle', () => {
  /** What the files hold after these batches; `change` spoils it. */
  const found = (batches: readonly number[], change?: (counts: Map<string, number>) => void): Found =>
    Object.fromEntries(
      written.map(({ key }) => {
        const counts = new Map(
          batches.flatMap((n) => [...countsOf(key, n)].map(([at, count]) => [placeOf(n, at), count])),
        )
        if (key === 'nodeSample') change?.(counts)
        return [key, counts]
      }),
    ) as unknown as Found
  const told = (...journal: readonly string[]) => {
    const oracle = createOracle()
    oracle.live(journal)
    return oracle
  }

  it('is content with what was acknowledged, with or without the batch in flight', () => {
    const oracle = told('T 1', 'A 1', 'T 2', 'A 2', 'T 3')
    oracle.check(found([1, 2]))
    expect(oracle.next()).toBe(4)
    expect(oracle.tally()).toMatchObject({ acknowledged: 2, whole: 0, absent: 1 })
    const other = told('T 1', 'A 1', 'T 2', 'A 2', 'T 3')
    other.check(found([1, 2, 3]))
    expect(other.tally()).toMatchObject({ whole: 1, absent: 0 })
  })

  it('objects when a batch is lost, torn, changed, there twice, invented, or comes back', () => {
    const said = ['T 1', 'A 1', 'T 2', 'A 2', 'T 3'] as const
    expect(() => told(...said).check(found([1]))).toThrow('lost')
    expect(() => told(...said).check(found([1, 2], (rows) => rows.clear()))).toThrow('torn')
    const double = (rows: Map<string, number>): void => {
      for (const [place, count] of rows) rows.set(place, count * 2)
    }
    expect(() => told(...said).check(found([1, 2], double))).toThrow('rows in')
    expect(() => told(...said).check(found([1, 2, 4]))).toThrow('nobody wrote')
    const back = told(...said)
    back.check(found([1, 2]))
    expect(() => back.check(found([1, 2, 3]))).toThrow('was absent')
  })
})
