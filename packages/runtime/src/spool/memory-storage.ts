import { shedClasses } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'
import type { Sequence } from '@netstats/sdk'
import { rowBytes } from './storage.ts'
import type { Holder, RowHead, SpoolStorage, StoredRow } from './storage.ts'

interface Shelf {
  rows: StoredRow[]
  bytes: number
}

/** Keeps a spool's rows in memory: same bounds, same order, gone with the process. */
// oxlint-disable-next-line max-lines-per-function -- one short method for each of the interface, over the same shelves
export const createMemoryStorage = (maxBytes: number): SpoolStorage => {
  const shelves = Object.fromEntries(shedClasses.map((c) => [c, { rows: [], bytes: 0 }])) as unknown as Record<
    ShedClass,
    Shelf
  >

  const remove = (shelf: Shelf, start: number, removed: number, kept: readonly StoredRow[] = []): void => {
    for (const row of shelf.rows.splice(start, removed, ...kept)) shelf.bytes -= rowBytes(row)
    for (const row of kept) shelf.bytes += rowBytes(row)
  }
  const range = (shelf: Shelf, after: Sequence, through: Sequence): readonly [number, number] => [
    firstAfter(shelf.rows, after),
    firstAfter(shelf.rows, through),
  ]

  return {
    limits: { roomBytes: maxBytes, rowBytes: Math.floor(maxBytes / 4), groupBytes: Math.floor(maxBytes / 8) },
    load: () => ({ state: undefined, last: 0, readers: [], drops: [], checkpoints: [], rows: noRows() }),
    // Nothing below can fail half way, so there is nothing to take back.
    transaction: (work) => work(),
    insert(shed, row) {
      shelves[shed].rows.push(row)
      shelves[shed].bytes += rowBytes(row)
    },
    read(after, limit, bytes) {
      const places = shedClasses.map((c) => ({ rows: shelves[c].rows, at: firstAfter(shelves[c].rows, after) }))
      const out: StoredRow[] = []
      let size = 0
      while (out.length < limit && size < bytes) {
        let next: (typeof places)[number] | undefined
        for (const place of places) {
          const row = place.rows[place.at]
          if (row && (!next || row.sequence < (next.rows[next.at]?.sequence ?? Infinity))) next = place
        }
        const row = next?.rows[next.at]
        if (!next || !row) break
        next.at++
        size += row.body.length
        out.push(row)
      }
      return out
    },
    oldest(shed, limit, bytes) {
      const out: RowHead[] = []
      let size = 0
      for (const row of shelves[shed].rows) {
        if (out.length >= limit || size >= bytes) break
        size += row.body.length
        out.push(row.kind === 'gap' ? { ...row, gap: row.body } : row)
      }
      return out
    },
    removeThrough(shed, through) {
      remove(shelves[shed], 0, firstAfter(shelves[shed].rows, through))
    },
    first: (after) =>
      shedClasses
        .map((c) => shelves[c].rows[firstAfter(shelves[c].rows, after)]?.sequence)
        .reduce((least, one) => (one !== undefined && (least === undefined || one < least) ? one : least), undefined),
    free(after, through, holders) {
      const freed: Partial<Record<ShedClass, number>> = {}
      for (const c of shedClasses) {
        const shelf = shelves[c]
        const [start, end] = range(shelf, after, through)
        const kept = shelf.rows.slice(start, end).filter((row) => holders.some((holder) => holds(holder, row)))
        if (kept.length === end - start) continue
        freed[c] = end - start - kept.length
        remove(shelf, start, end - start, kept)
      }
      return freed
    },
    count: (after, through, bit) =>
      shedClasses.reduce((sum, c) => {
        const [start, end] = range(shelves[c], after, through)
        return sum + shelves[c].rows.slice(start, end).filter((row) => (row.passed & (1 << bit)) === 0).length
      }, 0),
    wipeBit(after, through, bit) {
      for (const c of shedClasses) {
        const shelf = shelves[c]
        const [start, end] = range(shelf, after, through)
        const wiped = shelf.rows.slice(start, end).map((row) => ({ ...row, passed: row.passed & ~(1 << bit) }))
        shelf.rows.splice(start, wiped.length, ...wiped)
      }
    },
    saveReader: () => undefined,
    removeReader: () => undefined,
    saveState: () => undefined,
    saveDrops: () => undefined,
    saveCheckpoint: () => undefined,
    removeCheckpoint: () => undefined,
    usedBytes: () => shedClasses.reduce((sum, c) => sum + shelves[c].bytes, 0),
    sizeBytes: () => shedClasses.reduce((sum, c) => sum + shelves[c].bytes, 0),
    giveBackSpace: () => undefined,
    tidy: () => false,
    close: () => undefined,
  }
}

export const noRows = (): Record<ShedClass, number> => ({ latency: 0, stats: 0, log: 0, block: 0, alarm: 0 })

export const holds = ({ bit, cursor }: Holder, row: Pick<RowHead, 'sequence' | 'passed'>): boolean =>
  row.sequence > cursor && (row.passed & (1 << bit)) === 0

/** Index of the first row after a place. */
const firstAfter = (rows: readonly StoredRow[], place: Sequence): number => {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.sequence ?? Infinity) <= place) low = middle + 1
    else high = middle
  }
  return low
}
