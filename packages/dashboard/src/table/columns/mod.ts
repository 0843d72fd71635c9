import type { TableColumn } from '../column.ts'
import { detailColumns } from './details.tsx'
import { identityColumns } from './identity.tsx'
import { latestBlockColumns } from './latest-block.tsx'
import { presenceColumns } from './presence.tsx'
import { reportColumns } from './reports.tsx'

/** All columns, from left to right. A new column is an entry in one of these lists. */
export const tableColumns: readonly TableColumn[] = [
  ...identityColumns,
  ...reportColumns,
  ...latestBlockColumns,
  ...presenceColumns,
  ...detailColumns,
]
