/** Which rows of a table go to which file. */
import type { TableBatch } from '../batch.ts'
import type { Table } from '../table.ts'

/** Rows of one table for one file: all of them, or those at the places. */
export interface Share {
  readonly rows: number
  readonly places: Uint32Array | undefined
  readonly oldest: number
  readonly newest: number
}

/** Of a table that has one row of each value of `by`: the values whose rows go, and the rows that take their place. */
export const replacing = (
  { rows, columns }: TableBatch,
  { by, unless }: NonNullable<Table['replace']>,
): { readonly values: readonly number[]; readonly share: Pick<Share, 'rows' | 'places'> } => {
  const values = columns[by]?.values as Uint32Array
  const through = columns[unless]?.values as Float64Array
  const last = new Map<number, number>()
  for (let row = 0; row < rows; row++) last.set(values[row] as number, row)
  const places = Uint32Array.from([...last.values()].filter((row) => through[row] !== 0))
  return { values: [...last.keys()], share: { rows: places.length, places } }
}

/** The file of a row is found by its time; undefined if none takes it. */
export const shareOut = async <F extends { readonly from: number | null; readonly to: number | null }>(
  { rows, columns }: TableBatch,
  time: string,
  fileAt: (time: number) => Promise<F | undefined>,
): Promise<{ readonly shares: ReadonlyMap<F, Share>; readonly dropped: number }> => {
  const times = columns[time]?.values as Float64Array
  const found = new Map<F, { places: Uint32Array; rows: number; oldest: number; newest: number }>()
  let dropped = 0
  let last: F | undefined
  for (let row = 0; row < rows; row++) {
    const at = times[row] as number
    // Rows that follow each other are nearly always of one period.
    if (last === undefined || at < (last.from as number) || at >= (last.to as number)) last = await fileAt(at)
    if (last === undefined) {
      dropped++
      continue
    }
    let share = found.get(last)
    if (share === undefined) {
      share = { places: new Uint32Array(rows), rows: 0, oldest: at, newest: at }
      found.set(last, share)
    }
    share.places[share.rows++] = row
    if (at < share.oldest) share.oldest = at
    if (at > share.newest) share.newest = at
  }
  const shares = new Map<F, Share>()
  for (const [file, { places, ...share }] of found) {
    shares.set(file, { ...share, places: share.rows === rows ? undefined : places.subarray(0, share.rows) })
  }
  return { shares, dropped }
}
