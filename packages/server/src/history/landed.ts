/** Whether a batch whose writing ended in a failure of the store is in it all the same. */
import { tables } from '@netstats/sdk/store'
import type { Catalog } from '@netstats/sdk/store'
import type { Chunk, RowTable } from './pending.ts'

export interface Marks {
  /** Highest `seq` and newest time of its rows; null where it has none. */
  readonly seq: number | null
  readonly newestAt: number | null
}

const most = (values: ArrayLike<unknown>, rows: number, sofar: number | null): number | null => {
  let high = sofar
  for (let i = 0; i < rows; i++) {
    const value = values[i] as number
    if (high === null || value > high) high = value
  }
  return high
}

export const marksOf = (chunk: Chunk): Marks => {
  let seq: number | null = null
  let newestAt: number | null = null
  for (const [name, { rows, columns }] of Object.entries(chunk.tables)) {
    if (columns['seq'] !== undefined) seq = most(columns['seq'].values, rows, seq)
    const time = columns[tables[name as RowTable].time ?? '']
    if (time !== undefined) newestAt = most(time.values, rows, newestAt)
  }
  return { seq, newestAt }
}

/**
 * Batches are whole or absent, so one number tells: the highest `seq`, else the newest time where it is newer than all
 * before. Without either, after a step back of the clock, it counts as absent: a row twice is better than none.
 */
export const hasLanded = (marks: Marks, before: number | null, catalog: Pick<Catalog, 'seq' | 'newestAt'>): boolean => {
  if (marks.seq !== null) return catalog.seq >= marks.seq
  if (marks.newestAt === null || (before !== null && marks.newestAt <= before)) return false
  return catalog.newestAt !== null && catalog.newestAt >= marks.newestAt
}
