import { duration } from '../../format/time.ts'
import type { TableColumn } from '../column.ts'

export const roundTripColumn: TableColumn = {
  key: 'round-trip',
  sort: 'roundTripMs',
  title: 'Round trip, as the server measures',
  short: 'Round trip',
  width: 5.6,
  align: 'end',
  rank: 70,
  largestFirst: true,
  cell: (row) => duration(row.roundTripMs),
}
