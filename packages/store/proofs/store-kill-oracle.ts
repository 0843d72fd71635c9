// Pure: what the child said goes in, and what the files hold; the first thing that must not be comes out.
import { Violation } from '@netstats/protocol/testing/violation'
import { tables } from '../src/tables.ts'
import type { ExpiringTier } from '../src/table.ts'
import { periodAt, periodMsOf } from '../src/duckdb/periods.ts'
import { countsOf, retention, written } from './store-kill-rows.ts'
import type { WrittenTable } from './store-kill-rows.ts'

/** Rows that are there, by batch and time. */
export type Found = { readonly [T in WrittenTable]: ReadonlyMap<string, number> }
export const placeOf = (batch: number, at: number): string => `${batch} ${at}`

export interface Oracle {
  live(journal: readonly string[]): void
  /** Holds what is in the files against what was said. */
  check(found: Found): void
  /** The number that the next life begins with. */
  next(): number
  tally(): { readonly acknowledged: number; readonly whole: number; readonly absent: number; readonly rows: number }
}

const expiresAt = (key: WrittenTable, at: number): number => {
  const { tier } = tables[key]
  if ((tier as string) === 'kept') return Number.POSITIVE_INFINITY
  const keep = retention[tier as ExpiringTier]
  return periodAt(at, periodMsOf(keep)).to + keep
}

export const createOracle = (): Oracle => {
  const tried = new Set<number>()
  const acknowledged = new Set<number>()
  /** Batches that were never acknowledged, and what became of them: it changes only if they are written again. */
  const fate = new Map<number, 'whole' | 'absent'>()
  let pruned = 0
  let rows = 0

  const fateOf = (n: number, found: Found): 'whole' | 'absent' | 'expired' => {
    let present = 0
    let missing = 0
    for (const { key } of written) {
      for (const [at, count] of countsOf(key, n)) {
        const there = found[key].get(placeOf(n, at)) ?? 0
        if (there === count) present++
        else if (there !== 0) throw new Violation(`batch ${n} has ${there} of ${count} rows in ${key}`)
        else if (expiresAt(key, at) > pruned) missing++
      }
    }
    if (present > 0 && missing > 0)
      throw new Violation(`batch ${n} is torn: ${present} parts are there, ${missing} not`)
    return present > 0 ? 'whole' : missing > 0 ? 'absent' : 'expired'
  }

  return {
    live(journal) {
      for (const line of journal) {
        const number = Number(line.slice(2))
        if (line.startsWith('T ')) {
          tried.add(number)
          // Written again by its next life.
          if (fate.get(number) === 'absent') fate.delete(number)
        }
        if (line.startsWith('A ')) acknowledged.add(number)
        if (line.startsWith('P ')) pruned = Math.max(pruned, number)
      }
    },
    check(found) {
      for (const n of tried) {
        const now = fateOf(n, found)
        if (acknowledged.has(n)) {
          if (now === 'absent') throw new Violation(`batch ${n} was acknowledged and is lost`)
          continue
        }
        const before = fate.get(n)
        if (now === 'expired') continue
        if (before !== undefined && before !== now) throw new Violation(`batch ${n} was ${before} and is ${now}`)
        fate.set(n, now)
      }
      rows = 0
      for (const { key } of written) {
        for (const [place, count] of found[key]) {
          rows += count
          const [n = -1, at = -1] = place.split(' ').map(Number)
          if (!tried.has(n) || !countsOf(key, n).has(at)) throw new Violation(`${key} has rows nobody wrote: ${place}`)
        }
      }
    },
    next: () => Math.max(0, ...tried) + 1,
    tally: () => ({
      acknowledged: acknowledged.size,
      whole: [...fate.values()].filter((one) => one === 'whole').length,
      absent: [...fate.values()].filter((one) => one === 'absent').length,
      rows,
    }),
  }
}
