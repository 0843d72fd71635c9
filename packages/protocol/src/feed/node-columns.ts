/**
 * The columns of the node table. This is the only list of them: the type of a row, the schema of the REST answer, the names in
 * filters and sort orders, what plain words search, and how finely the feed reports a value all come from here. A new column
 * is a line here, and the value in the shard (`packages/server/src/shard/nodes`).
 */

export const nodeStates = ['active', 'inactive'] as const
export type NodeState = (typeof nodeStates)[number]

/** What a column holds. `decimal` is an amount as decimal text; `list` is a list of numbers, and sorts by its last one. */
interface ColumnValues {
  readonly text: string
  readonly number: number
  readonly decimal: string
  readonly flag: boolean
  readonly state: NodeState
  readonly list: readonly number[]
}
export type ColumnType = keyof ColumnValues

export interface NodeColumnDefinition {
  readonly type: ColumnType
  /** Never null: known of every node. */
  readonly known?: true
  readonly description?: string
  /** Other names in filters, lower case. */
  readonly names?: readonly string[]
  /** Plain words of a filter look into it. */
  readonly searched?: true
  /**
   * Rounds what would otherwise change with every message. By the value alone, so that a delta and a fresh snapshot agree.
   */
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

const time = 'Unix time in milliseconds.'

export const nodeColumns = {
  id: { type: 'text', known: true, searched: true },
  name: { type: 'text', known: true, names: ['node'], searched: true },
  state: { type: 'state', known: true },
  stateSince: { type: 'number', known: true, description: time },
  firstSeenAt: { type: 'number', known: true, names: ['since'], description: time },
  lastSeenAt: { type: 'number', known: true, names: ['seen'], round: toStep(5000), description: time },
  clientName: { type: 'text', names: ['family'], searched: true, description: 'Client family in lower case.' },
  clientVersion: { type: 'text', names: ['version'], searched: true, description: 'Without build suffix.' },
  client: { type: 'text', searched: true, description: "The client's own words." },
  os: { type: 'text', searched: true },
  osVersion: { type: 'text' },
  protocol: { type: 'text' },
  port: { type: 'number' },
  api: { type: 'text' },
  reporter: { type: 'text', description: 'Version of the program that reports for the node.' },
  contact: { type: 'text', searched: true },
  coinbase: { type: 'text', searched: true },
  latencyMs: { type: 'number', names: ['latency'], round: milliseconds, description: 'As the node reports it.' },
  roundTripMs: { type: 'number', names: ['rtt'], round: milliseconds, description: 'As the server measures it.' },
  syncing: { type: 'flag' },
  mining: { type: 'flag', names: ['sealing'] },
  hashrate: { type: 'number' },
  peers: { type: 'number' },
  pending: { type: 'number' },
  gasPrice: { type: 'decimal', names: ['gas'], description: 'Wei, decimal.' },
  blockNumber: { type: 'number', names: ['block', 'height', 'number'] },
  blockHash: { type: 'text', names: ['hash'] },
  blockMiner: { type: 'text', names: ['miner', 'sealer'] },
  blockAt: {
    type: 'number',
    description:
      'When the node got its latest block, Unix milliseconds: when it reported it, or the time of the header where it may have had it for long.',
  },
  blockTransactions: { type: 'number', names: ['transactions', 'txs'] },
  blockUncles: { type: 'number', names: ['uncles'] },
  totalDifficulty: { type: 'decimal', names: ['difficulty', 'td'] },
  behind: { type: 'number', description: "Blocks behind the network's head; 0 at the head." },
  propagationMs: {
    type: 'number',
    round: milliseconds,
    description: 'Delay of its latest block after the first report of that block.',
  },
  propagationAvgMs: {
    type: 'number',
    names: ['average'],
    round: milliseconds,
    description: 'Mean delay of its last 40 blocks.',
  },
  propagation: {
    type: 'list',
    known: true,
    description: 'Delays of the last 40 heights, oldest first; -1 where not reported.',
  },
  processingMs: {
    type: 'number',
    names: ['processing'],
    round: milliseconds,
    description: 'How long the node took to execute its latest block, where its client says.',
  },
  uptime: { type: 'number', round: toDigits(2), description: 'Percent of the time since first sight, as measured.' },
  reportedUptime: {
    type: 'number',
    round: toDigits(2),
    description: 'Percent, as the node claims; most clients always claim 100.',
  },
  polled: {
    type: 'flag',
    known: true,
    description: 'Its latest block was found by asking: it has no part in propagation.',
  },
  sessions: { type: 'number', known: true, description: 'Connections since first sight; a flapping node has many.' },
  city: { type: 'text', searched: true },
  country: { type: 'text', searched: true },
  latitude: { type: 'number', names: ['lat'], description: 'Degrees.' },
  longitude: { type: 'number', names: ['lon', 'lng'], description: 'Degrees.' },
} as const satisfies Readonly<Record<string, NodeColumnDefinition>>

type Columns = typeof nodeColumns
export type NodeColumn = keyof Columns
type ValueOf<C extends NodeColumn> =
  | ColumnValues[Columns[C]['type']]
  | (Columns[C] extends { readonly known: true } ? never : null)

/** One node as a row of the table. Plain JSON: null stands for what is not known, never for zero. */
export type NodeRow = { readonly [C in NodeColumn]: ValueOf<C> }

/** In the order of the table. */
export const nodeColumnNames = Object.keys(nodeColumns) as readonly NodeColumn[]

export const columnDefinition = (column: NodeColumn): NodeColumnDefinition => nodeColumns[column]
