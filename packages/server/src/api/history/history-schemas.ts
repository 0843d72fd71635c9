/** Shapes of answers about the past. */
import { z } from 'zod'
import { histogramBins, histogramBounds } from '@netstats/store'
import { named, number, text, time } from '../live-schemas.ts'
import { units } from './units.ts'

const count = z.number()
const values = z.array(number)
export const unitShape = z.enum(units).nullable().describe('Null where the name does not tell.')

export const metricValues = {
  n: z.array(count).describe('Samples in the bucket.'),
  avg: values,
  min: values,
  max: values,
  sum: values,
}

const metricSeries = named(
  'MetricSeries',
  'A number over time, one value a bucket; null where the bucket has none.',
  z.object({
    unit: unitShape,
    ...metricValues,
    p50: values.optional(),
    p95: values.optional(),
    p99: values.optional(),
  }),
)

const seriesFields = {
  from: time.describe('What was used, Unix milliseconds; itself within.'),
  to: time.describe('What was used, Unix milliseconds; itself not within.'),
  bucketMs: z.number().describe('What was used; wider than what was asked for where finer rows have expired.'),
  slotMs: z.number().describe('Width of the rows that were read.'),
  buckets: z.array(time).describe('Start of each bucket; the first holds `from`.'),
  present: z.array(z.number()).describe('Share of the slots of each bucket that have any sample, 0 to 1.'),
  metrics: z.record(z.string(), metricSeries),
}
export const networkSeries = named(
  'HistorySeries',
  'Numbers of a network over time.',
  z.object({ network: z.string(), ...seriesFields }),
)
export const nodeSeries = named(
  'HistoryNodeSeries',
  'Numbers of a node over time.',
  z.object({ network: z.string(), node: z.string(), ...seriesFields }),
)

const knownMetric = z.object({
  name: z.string(),
  unit: unitShape,
  percentiles: z.boolean().describe('Whether answers have p50, p95 and p99.'),
  description: z.string(),
})
export const metricList = named(
  'HistoryMetrics',
  'What can be asked for.',
  z.object({
    network: z.array(knownMetric).describe('Of the network.'),
    node: z.array(knownMetric).describe('Of every node.'),
    named: z
      .array(z.object({ name: z.string(), unit: unitShape }))
      .nullable()
      .describe('What the node named by `node` had values of in the range; null where none was named.'),
  }),
)

const blockFields = {
  number: z.number(),
  hash: z.string(),
  parentHash: z.string(),
  timestamp: time.describe('Header time, Unix milliseconds.'),
  at: time.describe('When the server first heard of it, Unix milliseconds.'),
  arrivedAt: number.describe(
    'First live sight, Unix milliseconds; the time of the header where nobody was watching when it came; null where only history reported it.',
  ),
  firstNode: text.describe('Who had it first.'),
  miner: text.describe('Null where the header names nobody.'),
  transactions: number,
  uncles: number,
  gasUsed: number,
  gasLimit: number,
  baseFeePerGas: text,
  size: number,
  difficulty: text,
  canonical: z.boolean().nullable().describe('Null until it has settled.'),
  blockTimeMs: number.describe('Time since its parent by header.'),
  nodes: count.describe('Nodes that reported it, as far as it has settled.'),
  p50Ms: number,
  p95Ms: number,
  p99Ms: number,
}
export const pastBlock = named('HistoryBlock', 'A block as the history keeps it.', z.object(blockFields))

export const pastBlockDetail = named(
  'HistoryBlockDetail',
  'A block of the history with how it spread.',
  z.object({
    ...blockFields,
    extraData: text,
    stateRoot: text,
    transactionsRoot: text,
    siblings: z.array(z.string()).describe('Hashes of other blocks at its height.'),
    delays: z.object({
      boundsMs: z.array(z.number()).describe(`Upper bounds of the bins; ${histogramBounds.length} of them.`),
      counts: z.array(count).describe(`Nodes by delay, ${histogramBins} bins: the last holds everything slower.`),
    }),
    seenBy: z
      .array(z.object({ node: z.string(), at: time, delayMs: number }))
      .describe('Who saw it when, in order of time, while single sights are kept; at most `limit`.'),
  }),
)

export const propagationRow = named(
  'HistoryPropagation',
  'How a block spread.',
  z.object({
    number: z.number(),
    hash: z.string(),
    at: time,
    canonical: z.boolean().nullable(),
    nodes: count,
    p50Ms: number,
    p95Ms: number,
    p99Ms: number,
  }),
)

export const fork = named(
  'HistoryFork',
  'A height of which more than one block is known.',
  z.object({ number: z.number(), blocks: z.array(pastBlock) }),
)

const nodeName = z.string().describe('Id of the node.')
const entry = { at: time }

const shownName = text.describe('What the node calls itself now; its id where it is not there any more.')

export const logRow = z.object({
  ...entry,
  node: text,
  name: shownName,
  severity: z.int().describe('RFC 5424: 0 emergency to 7 debug.'),
  source: z.string(),
  message: z.string(),
  component: z.string().nullable().describe('Part of the program that says it; null where the line names none.'),
  fields: z
    .record(z.string(), z.string())
    .nullable()
    .describe('What the line says in names and values; null where it says nothing in that form.'),
})
export const alarmRow = z.object({
  ...entry,
  node: text,
  name: shownName,
  origin: z.string().describe('Who says so: `server`, or `node` for its agent.'),
  alarm: z.string().describe('Names the alarm across its steps, together with `origin` and `node`.'),
  step: z.string().describe('raised, acknowledged, cleared or suppressed.'),
  severity: z.int().describe('RFC 5424: 0 emergency to 7 debug.'),
  type: z.string(),
  message: z.string(),
})
export const reorgRow = z.object({
  ...entry,
  number: z.number().describe('Height of the new head.'),
  hash: z.string().describe('The new head.'),
  depth: z.number().describe('Blocks that were given up.'),
})
export const gapRow = z.object({
  ...entry,
  node: nodeName,
  name: shownName,
  reason: z.string(),
  class: z.string(),
  dropped: count,
  from: time,
  to: time,
})
export const shedRow = z.object({ ...entry, class: z.string(), reason: z.string(), dropped: count })
export const stateRow = z.object({
  ...entry,
  node: nodeName,
  state: z.string().describe('active, inactive or removed.'),
  reason: text,
  sessions: count.describe('Sessions since first sight.'),
  activeMs: z.number().describe('Milliseconds it was active since first sight.'),
})
export const availability = z
  .object({
    observedMs: z.number().describe('How much of the range the node was known.'),
    activeMs: z.number(),
    share: number.describe('0 to 1; null where it was not known.'),
  })
  .nullable()
  .describe('Of the node that was asked for; null where none was, or its record is too long to be added up.')

const facts = {
  node: nodeName,
  name: z.string(),
  client: text,
  networkId: text,
  genesis: text,
  port: number,
  protocol: text,
  api: text,
  os: text,
  osVersion: text,
  reporter: text.describe('Version of the program that reports for the node.'),
  contact: text,
  coinbase: text,
  canUpdateHistory: z.boolean().nullable(),
  city: text,
  country: text,
  latitude: number,
  longitude: number,
}
export const inventoryRow = named(
  'HistoryNode',
  'What a node had said of itself by some moment.',
  z.object({
    ...facts,
    since: time.describe('When it first said so.'),
    state: text.describe('active or inactive.'),
    stateSince: number,
    lastSeenAt: number,
  }),
)
export const inventoryChange = z.object({
  ...entry,
  ...facts,
  changed: z
    .array(z.string())
    .nullable()
    .describe(
      'Facts that differ from what it said before; null where `node` was not asked for, or it said nothing before.',
    ),
})

export const seenNetworks = named(
  'HistoryNetworks',
  'All networks ever seen.',
  z.object({
    total: count,
    offset: count,
    limit: count,
    networks: z.array(z.object({ network: z.string(), live: z.boolean().describe('Whether it is watched now.') })),
  }),
)
