/** The latest block of a node, and how late its blocks are. */
import { behindText, shortHash } from '../../format/chain.ts'
import { compact, count, unknown } from '../../format/numbers.ts'
import { duration } from '../../format/time.ts'
import { writeRoute } from '../../router/routes.ts'
import { conditionOf } from '../../state/condition.ts'
import { Strip } from '../../ui/strips.tsx'
import { Ago, Sealer } from '../../ui/values.tsx'
import type { TableColumn } from '../column.ts'

export const latestBlockColumns: readonly TableColumn[] = [
  {
    key: 'block',
    sort: 'blockNumber',
    title: 'Latest block',
    short: 'Block',
    width: 6.6,
    align: 'end',
    rank: 4,
    largestFirst: true,
    cell: (row) => count(row.blockNumber),
  },
  {
    key: 'behind',
    sort: 'behind',
    title: 'Blocks behind the head',
    short: 'Behind',
    width: 5.4,
    align: 'end',
    rank: 1,
    largestFirst: true,
    cell: (row) => <span class={`is-${conditionOf(row)}`}>{behindText(row.behind)}</span>,
  },
  {
    key: 'hash',
    sort: 'blockHash',
    title: 'Hash of its latest block',
    short: 'Hash',
    width: 7.4,
    rank: 11,
    cell: (row, { network }) =>
      row.blockHash ? (
        <a class="hash" href={writeRoute({ page: 'block', network, hash: row.blockHash })} tabIndex={-1}>
          {shortHash(row.blockHash)}
        </a>
      ) : (
        unknown
      ),
  },
  {
    key: 'sealer',
    sort: 'blockMiner',
    title: 'Sealer of its latest block',
    short: 'Sealed by',
    width: 8,
    rank: 15,
    cell: (row, { sealers }) => (row.blockMiner ? <Sealer address={row.blockMiner} sealers={sealers} /> : unknown),
  },
  {
    key: 'difficulty',
    sort: 'totalDifficulty',
    title: 'Total difficulty',
    short: 'Total diff.',
    width: 6,
    align: 'end',
    rank: 111,
    largestFirst: true,
    cell: (row) =>
      row.totalDifficulty === null ? (
        unknown
      ) : (
        <span title={row.totalDifficulty}>{compact(Number(row.totalDifficulty))}</span>
      ),
  },
  {
    key: 'transactions',
    sort: 'blockTransactions',
    title: 'Transactions in its latest block',
    short: 'Txs',
    width: 3.6,
    align: 'end',
    rank: 16,
    largestFirst: true,
    cell: (row) => count(row.blockTransactions),
  },
  {
    key: 'uncles',
    sort: 'blockUncles',
    title: 'Uncles in its latest block',
    short: 'Uncles',
    width: 4.2,
    align: 'end',
    rank: 110,
    largestFirst: true,
    cell: (row) => count(row.blockUncles),
  },
  {
    key: 'block-age',
    sort: 'blockAt',
    title: 'Time since its latest block',
    short: 'Block age',
    width: 6,
    align: 'end',
    rank: 7,
    largestFirst: true,
    cell: (row) => <Ago at={row.blockAt} />,
  },
  {
    key: 'processing',
    sort: 'processingMs',
    title: 'Time to execute its latest block',
    short: 'Executes',
    width: 5,
    align: 'end',
    rank: 17,
    largestFirst: true,
    cell: (row) => duration(row.processingMs),
  },
  {
    key: 'propagation',
    sort: 'propagationMs',
    title: 'Delay of its latest block after the first report',
    short: 'Delay',
    width: 4.8,
    align: 'end',
    rank: 2,
    largestFirst: true,
    cell: (row) => duration(row.propagationMs),
  },
  {
    key: 'history',
    sort: 'propagation',
    title: 'Delay of the last 40 heights',
    short: 'Last 40',
    width: 8.4,
    rank: 5,
    largestFirst: true,
    cell: (row, { stripTopMs }) => <Strip values={row.propagation} topMs={stripTopMs} />,
  },
  {
    key: 'propagation-mean',
    sort: 'propagationAvgMs',
    title: 'Mean delay of its last 40 blocks',
    short: 'Mean',
    width: 4.8,
    align: 'end',
    rank: 8,
    largestFirst: true,
    cell: (row) => duration(row.propagationAvgMs),
  },
]
