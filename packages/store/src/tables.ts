/** What a store keeps. A new table is a line here; a driver makes it from its description. */
import { histogramColumns, histogramMetrics, metricColumns, networkMetrics, nodeMetrics } from './metrics.ts'
import { column, defineTable, nullable } from './table.ts'
import type { Table } from './table.ts'

/** Keys that stand for names in all other tables. They are never reused. */
const network = defineTable({
  name: 'network',
  tier: 'kept',
  time: null,
  columns: { key: column('u32'), name: column('text'), networkId: nullable('text'), firstSeenAt: column('time') },
})
const node = defineTable({
  name: 'node',
  tier: 'kept',
  time: null,
  columns: { key: column('u32'), network: column('u32'), id: column('text'), firstSeenAt: column('time') },
})
const metricName = defineTable({
  name: 'metric_name',
  tier: 'kept',
  time: null,
  columns: { key: column('u32'), name: column('text') },
})

/** One report of a node: what that report names, the rest null. `at` is the server's clock unless the row came late. */
const nodeSample = defineTable({
  name: 'node_sample',
  tier: 'raw',
  time: 'at',
  columns: {
    at: column('time'),
    network: column('u32'),
    node: column('u32'),
    active: nullable('bool'),
    syncing: nullable('bool'),
    mining: nullable('bool'),
    hashrate: nullable('f64'),
    peers: nullable('f64'),
    /** Wei; exact below 2^53. */
    gasPrice: nullable('f64'),
    reportedUptime: nullable('f64'),
    latencyMs: nullable('f64'),
    roundTripMs: nullable('f64'),
    pending: nullable('f64'),
    processingMs: nullable('f64'),
  },
})

/** A node reported a block for the first time. `delayMs` is the time after the first sight of it; null where unknown. */
const blockSeen = defineTable({
  name: 'block_seen',
  tier: 'raw',
  time: 'at',
  columns: {
    at: column('time'),
    network: column('u32'),
    node: column('u32'),
    number: column('count'),
    hash64: column('hash64'),
    delayMs: nullable('u32'),
  },
})

/** One value of a named metric: host data, StatsD, SNMP. `metric` is a key of `metric_name`. */
const metric = defineTable({
  name: 'metric',
  tier: 'raw',
  time: 'at',
  columns: {
    at: column('time'),
    network: column('u32'),
    node: column('u32'),
    metric: column('u32'),
    value: column('f64'),
  },
})

/**
 * How far a stream of acknowledged observations is: a row for each stream, replaced in the transaction of the rows that
 * brought it there. A row whose `through` is 0 takes the stream's row away.
 */
const resumePoint = defineTable({
  name: 'resume_point',
  tier: 'kept',
  time: null,
  replace: { by: 'stream', unless: 'through' },
  columns: {
    stream: column('u32'),
    agent: column('text'),
    network: column('u32'),
    node: column('u32'),
    spool: column('text'),
    firstAt: column('time'),
    /** Sequence up to which everything is stored. */
    through: column('count'),
    /** Totals since `firstAt`: observations that were new, observations that were stored already, what the agent gave up. */
    received: column('count'),
    duplicates: column('count'),
    missing: column('count'),
    /** Observations that are not stored and never will be, because the agent's spool was truncated. */
    holes: column('count'),
    /** The same, truncated before the server first heard of the spool. */
    elsewhere: column('count'),
    /** What makes up `missing`: class, reason and number, each with a blank between them, separated by commas. */
    missed: nullable('text'),
    /** When the stream last brought something. */
    takenAt: column('time'),
    /** Lines through `through`, as the agent counts them, and CRC-32 of the last one. */
    counted: column('count'),
    mark: nullable('count'),
    /** The life of the spool that the last line is of, and how far earlier lives are: a line each, of fields between blanks. */
    lives: nullable('text'),
  },
})

/** Severity as in RFC 5424, 0 emergency to 7 debug. `seq` orders rows of one time and is never reused. */
const log = defineTable({
  name: 'log',
  tier: 'logs',
  time: 'at',
  columns: {
    at: column('time'),
    seq: column('count'),
    network: column('u32'),
    node: nullable('u32'),
    severity: column('u8'),
    source: column('text'),
    message: column('text'),
    component: nullable('text'),
    /** JSON of an object of texts. */
    fields: nullable('text'),
  },
})

const networkRollup = {
  bucket: column('time'),
  network: column('u32'),
  /** Blocks first seen live, and reorganisations, in the bucket. */
  blocks: column('u32'),
  reorgs: column('u32'),
  ...metricColumns(networkMetrics),
  ...histogramColumns(...histogramMetrics),
} as const
const network10s = defineTable({ name: 'network_10s', tier: 'seconds', time: 'bucket', columns: networkRollup })
const network1m = defineTable({ name: 'network_1m', tier: 'minutes', time: 'bucket', columns: networkRollup })
const network1h = defineTable({ name: 'network_1h', tier: 'hours', time: 'bucket', columns: networkRollup })

const nodeRollup = {
  bucket: column('time'),
  network: column('u32'),
  node: column('u32'),
  /** Rows of `node_sample` and `block_seen` in the bucket, and those of `block_seen` alone. */
  samples: column('u32'),
  blocks: column('u32'),
  ...metricColumns(nodeMetrics),
} as const
const node1m = defineTable({ name: 'node_1m', tier: 'minutes', time: 'bucket', columns: nodeRollup })
const node1h = defineTable({ name: 'node_1h', tier: 'hours', time: 'bucket', columns: nodeRollup })

const metricRollup = {
  bucket: column('time'),
  network: column('u32'),
  node: column('u32'),
  metric: column('u32'),
  n: column('u32'),
  sum: column('f64'),
  min: column('f64'),
  max: column('f64'),
} as const
const metric1m = defineTable({ name: 'metric_1m', tier: 'minutes', time: 'bucket', columns: metricRollup })
const metric1h = defineTable({ name: 'metric_1h', tier: 'hours', time: 'bucket', columns: metricRollup })

/** Who a node said it is: one row at its first login and one each time it says something else. */
const nodeInfo = defineTable({
  name: 'node_info',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    seq: column('count'),
    network: column('u32'),
    node: column('u32'),
    name: column('text'),
    client: nullable('text'),
    networkId: nullable('text'),
    genesis: nullable('text'),
    port: nullable('count'),
    protocol: nullable('text'),
    api: nullable('text'),
    os: nullable('text'),
    osVersion: nullable('text'),
    reporter: nullable('text'),
    contact: nullable('text'),
    coinbase: nullable('text'),
    canUpdateHistory: nullable('bool'),
    city: nullable('text'),
    country: nullable('text'),
    latitude: nullable('f64'),
    longitude: nullable('f64'),
  },
})

/**
 * A node became active or inactive, or was removed; `reason` as in the core's changes. `sessions` and `activeMs` are its
 * totals since first sight at that moment, so that uptime goes on after a restart.
 */
const nodeState = defineTable({
  name: 'node_state',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    seq: column('count'),
    network: column('u32'),
    node: column('u32'),
    state: column('text'),
    reason: nullable('text'),
    sessions: column('u32'),
    activeMs: column('count'),
  },
})

/**
 * Header facts of a block, when the server first hears of it; and once more when another reporter tells what the first left
 * out. The oldest row counts, and later ones for what it leaves null.
 */
const block = defineTable({
  name: 'block',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    network: column('u32'),
    number: column('count'),
    hash64: column('hash64'),
    hash: column('text'),
    parentHash: column('text'),
    /** Header time. */
    timestamp: column('time'),
    miner: nullable('text'),
    transactions: nullable('count'),
    uncles: nullable('count'),
    gasUsed: nullable('count'),
    gasLimit: nullable('count'),
    baseFeePerGas: nullable('text'),
    size: nullable('count'),
    difficulty: nullable('text'),
    extraData: nullable('text'),
    stateRoot: nullable('text'),
    transactionsRoot: nullable('text'),
    /** First live sight, or the time of the header where nobody was watching when it came, and by whom; null for a block that only history reported. */
    arrivedAt: nullable('time'),
    firstNode: nullable('u32'),
  },
})

/**
 * What became of a block: written when it has settled, and again when that changes. The newest row of a block counts;
 * its histogram is that of the delays.
 */
const blockResult = defineTable({
  name: 'block_result',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    seq: column('count'),
    network: column('u32'),
    number: column('count'),
    hash64: column('hash64'),
    canonical: column('bool'),
    blockTimeMs: nullable('count'),
    nodes: column('u32'),
    p50Ms: nullable('f64'),
    p95Ms: nullable('f64'),
    p99Ms: nullable('f64'),
    ...histogramColumns('delay'),
  },
})

/** The head moved to another branch; `depth` blocks were given up. */
const reorg = defineTable({
  name: 'reorg',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    seq: column('count'),
    network: column('u32'),
    number: column('count'),
    hash: column('text'),
    depth: column('u32'),
  },
})

/** Who says a step of an alarm: the server itself, or a node's agent. */
export const alarmOrigins = ['server', 'node'] as const

/**
 * A step in the life of an alarm: `raised`, `acknowledged`, `cleared`, `suppressed`. `origin`, `network`, `node` and `alarm`
 * together name it across its steps: nobody takes a step in the life of another's alarm by giving his the same name.
 */
const alarm = defineTable({
  name: 'alarm',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    seq: column('count'),
    network: column('u32'),
    node: nullable('u32'),
    alarm: column('text'),
    step: column('text'),
    /** As in RFC 5424. */
    severity: column('u8'),
    /** What sort of alarm, such as `node-inactive`. */
    type: column('text'),
    message: column('text'),
    origin: column('text'),
  },
})

/** What a reporter had to give up. */
const gap = defineTable({
  name: 'gap',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    seq: column('count'),
    network: column('u32'),
    node: column('u32'),
    reason: column('text'),
    class: column('text'),
    dropped: column('count'),
    from: column('time'),
    to: column('time'),
  },
})

/** What the server itself gave up in the minute before `at`: by the ingress queue, or because the store could not keep up. */
const shed = defineTable({
  name: 'shed',
  tier: 'kept',
  time: 'at',
  columns: {
    at: column('time'),
    seq: column('count'),
    class: column('text'),
    reason: column('text'),
    dropped: column('count'),
  },
})

export const tables = {
  network,
  node,
  metricName,
  resumePoint,
  nodeSample,
  blockSeen,
  metric,
  log,
  network10s,
  network1m,
  network1h,
  node1m,
  node1h,
  metric1m,
  metric1h,
  nodeInfo,
  nodeState,
  block,
  blockResult,
  reorg,
  alarm,
  gap,
  shed,
} as const satisfies Readonly<Record<string, Table>>
export type TableName = keyof typeof tables
export type Tables = typeof tables
