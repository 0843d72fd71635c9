/**
 * Every column of the node table: what kind of value it holds, which words name it in a filter, whether plain words
 * search it, and how finely the feed tells it. Rounding is by value alone, so that a delta and a fresh snapshot agree.
 */
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'

/** `decimal` is an amount as decimal text; `choice` a word of a fixed set; `list` sorts by its last value. */
export type ColumnType = 'text' | 'number' | 'decimal' | 'flag' | 'choice' | 'list'

export interface Column {
  readonly type: ColumnType
  /** Other names in filters, lower case. */
  readonly names?: readonly string[]
  /** Plain words of a filter look into it. */
  readonly searched?: boolean
  /** Rounds what would otherwise change with every message. */
  readonly round?: (value: number) => number
}

const toStep =
  (step: number) =>
  (value: number): number =>
    Math.floor(value / step) * step
const toDigits =
  (digits: number) =>
  (value: number): number =>
    Math.round(value * 10 ** digits) / 10 ** digits
// Below 10 ms a tenth matters, above it is noise.
const milliseconds = (value: number): number => (value < 10 ? toDigits(1)(value) : Math.round(value))

export const columns: { readonly [C in NodeColumn]: Column } = {
  id: { type: 'text', searched: true },
  name: { type: 'text', names: ['node'], searched: true },
  state: { type: 'choice' },
  stateSince: { type: 'number' },
  firstSeenAt: { type: 'number', names: ['since'] },
  lastSeenAt: { type: 'number', names: ['seen'], round: toStep(5000) },
  clientName: { type: 'text', names: ['family'], searched: true },
  clientVersion: { type: 'text', names: ['version'], searched: true },
  client: { type: 'text', searched: true },
  os: { type: 'text', searched: true },
  osVersion: { type: 'text' },
  protocol: { type: 'text' },
  port: { type: 'number' },
  api: { type: 'text' },
  reporter: { type: 'text' },
  contact: { type: 'text', searched: true },
  coinbase: { type: 'text', searched: true },
  latencyMs: { type: 'number', names: ['latency'], round: milliseconds },
  roundTripMs: { type: 'number', names: ['rtt'], round: milliseconds },
  syncing: { type: 'flag' },
  mining: { type: 'flag', names: ['sealing'] },
  hashrate: { type: 'number' },
  peers: { type: 'number' },
  pending: { type: 'number' },
  gasPrice: { type: 'decimal', names: ['gas'] },
  blockNumber: { type: 'number', names: ['block', 'height', 'number'] },
  blockHash: { type: 'text', names: ['hash'] },
  blockMiner: { type: 'text', names: ['miner', 'sealer'] },
  blockAt: { type: 'number' },
  blockTransactions: { type: 'number', names: ['transactions', 'txs'] },
  blockUncles: { type: 'number', names: ['uncles'] },
  totalDifficulty: { type: 'decimal', names: ['difficulty', 'td'] },
  behind: { type: 'number' },
  propagationMs: { type: 'number', round: milliseconds },
  propagationAvgMs: { type: 'number', names: ['average'], round: milliseconds },
  propagation: { type: 'list' },
  processingMs: { type: 'number', names: ['processing'], round: milliseconds },
  uptime: { type: 'number', round: toDigits(2) },
  reportedUptime: { type: 'number', round: toDigits(2) },
  sessions: { type: 'number' },
  city: { type: 'text', searched: true },
  country: { type: 'text', searched: true },
  latitude: { type: 'number', names: ['lat'] },
  longitude: { type: 'number', names: ['lon', 'lng'] },
}

export const columnNames = Object.keys(columns) as readonly NodeColumn[]
export const searchedColumns = columnNames.filter((c) => columns[c].searched === true)
const roundedColumns = columnNames.filter((c) => columns[c].round !== undefined)

const byName = new Map<string, NodeColumn>(
  columnNames.flatMap((c) => [[c.toLowerCase(), c] as const, ...(columns[c].names ?? []).map((n) => [n, c] as const)]),
)

/** The column a filter or a query means, whatever the case. */
export const columnNamed = (name: string): NodeColumn | undefined => byName.get(name.toLowerCase())

/** A column's value as the feed tells it. */
export const rounded = <C extends NodeColumn>(column: C, value: NodeRow[C]): NodeRow[C] => {
  const { round } = columns[column]
  return round !== undefined && typeof value === 'number' ? (round(value) as NodeRow[C]) : value
}

/** A row as the feed tells it. */
export const roundedRow = (row: NodeRow): NodeRow => {
  const out: Record<string, unknown> = { ...row }
  for (const column of roundedColumns) out[column] = rounded(column, row[column])
  return out as unknown as NodeRow
}
