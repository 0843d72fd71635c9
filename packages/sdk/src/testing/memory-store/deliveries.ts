import type { StoredDelivery } from '../../store/store.ts'
import { groupBy } from './data.ts'
import type { Data, Row } from './data.ts'

const newest = (rows: readonly Row<'delivery'>[]): Row<'delivery'> | undefined =>
  rows.toSorted((a, b) => a.seq - b.seq).at(-1)

export const deliveries = (data: Data): readonly StoredDelivery[] => {
  const since = data.delivery.reduce((most, row) => Math.max(most, row.since ?? 0), 0)
  const streams = groupBy(
    data.delivery.filter((row) => row.seq >= since),
    (row) => row.stream,
  )
  return [...streams.values()]
    .flatMap((rows) => {
      const last = newest(rows)
      const names = newest(rows.filter((row) => row.agent !== null))
      if (last === undefined || names === undefined) return []
      const { agent, network, node, spool, firstAt } = names
      return [{ ...last, agent, network, node, spool, firstAt } as StoredDelivery]
    })
    .toSorted((a, b) => a.stream - b.stream)
}
