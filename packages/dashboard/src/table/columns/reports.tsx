/** What a node reports of itself, and how fast it answers. */
import { weiAmount } from '../../format/chain.ts'
import { compact, count, unknown } from '../../format/numbers.ts'
import { duration } from '../../format/time.ts'
import type { TableColumn } from '../column.ts'

export const reportColumns: readonly TableColumn[] = [
  {
    key: 'latency',
    sort: 'latencyMs',
    title: 'Latency, as the node reports it',
    short: 'Latency',
    width: 4.8,
    align: 'end',
    rank: 9,
    largestFirst: true,
    cell: (row) => duration(row.latencyMs),
  },
  {
    key: 'round-trip',
    sort: 'roundTripMs',
    title: 'Round trip, as the server measures',
    short: 'Round trip',
    width: 5.6,
    align: 'end',
    rank: 70,
    largestFirst: true,
    cell: (row) => duration(row.roundTripMs),
  },
  {
    key: 'mining',
    sort: 'mining',
    title: 'Seals blocks',
    short: 'Seals',
    width: 3.6,
    rank: 60,
    largestFirst: true,
    cell: (row) => (row.mining === null ? unknown : row.mining ? 'yes' : 'no'),
  },
  {
    key: 'hashrate',
    sort: 'hashrate',
    title: 'Hash rate',
    width: 5,
    align: 'end',
    rank: 140,
    largestFirst: true,
    cell: (row) => compact(row.hashrate),
  },
  {
    key: 'peers',
    sort: 'peers',
    title: 'Peers',
    width: 3.8,
    align: 'end',
    rank: 3,
    largestFirst: true,
    // A node without peers that keeps up gets its blocks another way; one that falls behind is isolated.
    cell: (row) =>
      row.peers === 0 && (row.behind ?? 0) > 0 ? (
        <span class="is-warn" title="no peers">
          0 !
        </span>
      ) : (
        count(row.peers)
      ),
  },
  {
    key: 'pending',
    sort: 'pending',
    title: 'Pending transactions',
    short: 'Pending',
    width: 4.6,
    align: 'end',
    rank: 12,
    largestFirst: true,
    cell: (row) => count(row.pending),
  },
  {
    key: 'gas-price',
    sort: 'gasPrice',
    title: 'Gas price',
    width: 5.6,
    align: 'end',
    rank: 112,
    largestFirst: true,
    cell: (row) => weiAmount(row.gasPrice),
  },
]
