import { tables } from '@netstats/store'
import type { StoreRows } from '@netstats/store/testing'

/** The same rows at other times, moved by whole minutes, so that they lie in their buckets. Of an hour, those are lost. */
export const movedBy = (rows: StoreRows, ms: number): StoreRows => {
  const by = Math.floor(ms / 60_000) * 60_000
  return Object.fromEntries(
    Object.entries(rows).map(([name, list]) => {
      const { columns, tier } = tables[name as keyof typeof tables]
      if (tier === 'hours') return [name, []]
      const times = Object.entries<{ readonly type: string }>(columns).filter(([, { type }]) => type === 'time')
      const moved = (list as readonly Readonly<Record<string, unknown>>[]).map((row) => ({
        ...row,
        ...Object.fromEntries(
          times.map(([column]) => [column, row[column] === null ? null : (row[column] as number) + by]),
        ),
      }))
      return [name, moved]
    }),
  )
}
