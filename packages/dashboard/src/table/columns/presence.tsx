/** How long a node has been there, and how steadily. */
import { count, percent } from '../../format/numbers.ts'
import { Ago } from '../../ui/values.tsx'
import type { TableColumn } from '../column.ts'

export const presenceColumns: readonly TableColumn[] = [
  {
    key: 'uptime',
    sort: 'uptime',
    title: 'Uptime, measured by the server',
    short: 'Uptime',
    width: 5,
    align: 'end',
    rank: 10,
    cell: (row) => percent(row.uptime),
  },
  {
    key: 'reported-uptime',
    sort: 'reportedUptime',
    title: 'Uptime, as the node reports it',
    short: 'Claimed',
    width: 5,
    align: 'end',
    rank: 131,
    cell: (row) => percent(row.reportedUptime),
  },
  {
    key: 'sessions',
    sort: 'sessions',
    title: 'Connections since it was first seen; many mean that it is unstable',
    short: 'Sessions',
    width: 4.8,
    align: 'end',
    rank: 14,
    largestFirst: true,
    cell: (row) => count(row.sessions),
  },
  {
    key: 'last-seen',
    sort: 'lastSeenAt',
    title: 'Last message',
    short: 'Heard',
    width: 6,
    align: 'end',
    rank: 90,
    largestFirst: true,
    cell: (row) => <Ago at={row.lastSeenAt} />,
  },
  {
    key: 'first-seen',
    sort: 'firstSeenAt',
    title: 'Known since',
    width: 6.4,
    align: 'end',
    rank: 125,
    cell: (row) => <Ago at={row.firstSeenAt} />,
  },
]
