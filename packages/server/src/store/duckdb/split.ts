/** Which rows of a table go to which file. */
import type { TableBatch } from '@netstats/sdk/store'

/** Rows of one table for one file: all of them, or those at the places. */
export interface Share {
  readonly rows: number
  readonly places: Uint32Array | undefined
  readonly oldest: number
  readonly newest: number
}

/** Files are asked for by the time of a row; undefined where no file takes it. */
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
