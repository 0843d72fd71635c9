import { unknown } from '../../format/numbers.ts'
import { Sealer } from '../../ui/sealer.tsx'
import type { TableColumn } from '../column.ts'

export const sealerColumn: TableColumn = {
  key: 'sealer',
  sort: 'blockMiner',
  title: 'Sealer of its latest block',
  short: 'Sealed by',
  width: 8,
  rank: 15,
  cell: (row, { sealers }) => (row.blockMiner ? <Sealer address={row.blockMiner} sealers={sealers} /> : unknown),
}
