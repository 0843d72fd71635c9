/** Shapes of the answers, for the OpenAPI description. The types of `@netstats/protocol/feed` hold them to the truth. */
import { columnDefinition, nodeColumnNames, nodeStates } from '@netstats/protocol/feed'
import type {
  BlockDetail,
  BlockRow,
  ColumnType,
  MapPoint,
  NetworkSummary,
  NodeColumnDefinition,
  NodeRow,
  Share,
} from '@netstats/protocol/feed'
import { z } from 'zod'
import { problemSchema } from '../net/problem.ts'

export const components = z.registry<{ id: string; description?: string }>()

export const named = <T extends z.ZodType>(id: string, description: string, schema: T): T => {
  components.add(schema, { id, description })
  return schema
}

export const time = z.number().describe('Unix time in milliseconds.')
const duration = z.number().describe('Milliseconds.')
export const text = z.string().nullable()
export const number = z.number().nullable()
const state = z.enum(['active', 'inactive'])

export const feedAccess = named(
  'FeedAccess',
  'Whether a page may open the live feed.',
  z.object({ allowed: z.boolean(), reason: text.describe('What is wrong, with the cure; null where nothing is.') }),
)

const columnSchemas: { readonly [T in ColumnType]: z.ZodType } = {
  text: z.string(),
  number: z.number(),
  decimal: z.string(),
  flag: z.boolean(),
  state: z.enum(nodeStates),
  list: z.array(z.number()),
}

const columnSchema = ({ type, known, description }: NodeColumnDefinition): z.ZodType => {
  const schema = known === true ? columnSchemas[type] : columnSchemas[type].nullable()
  return description === undefined ? schema : schema.describe(description)
}

export const nodeRow = named(
  'Node',
  'A node as the server knows it now; null stands for what is not known.',
  z.object(Object.fromEntries(nodeColumnNames.map((column) => [column, columnSchema(columnDefinition(column))]))),
) as unknown as z.ZodType<NodeRow>

const blockFields = {
  number: z.number(),
  hash: z.string(),
  parentHash: z.string(),
  timestamp: time.describe('Header time, Unix milliseconds.'),
  arrivedAt: number.describe(
    'First sight, Unix milliseconds; the time of the header where nobody was watching when it came; null for back-filled blocks.',
  ),
  firstNode: text,
  miner: text.describe('Null where the header names nobody.'),
  transactions: number,
  uncles: number,
  gasUsed: number,
  gasLimit: number.describe('What passes 2^53 - 1 stays there.'),
  baseFeePerGas: text,
  size: number,
  difficulty: text,
  blockTimeMs: number.describe('Time since its parent by header.'),
  nodes: z.number().describe('Nodes that reported it.'),
  p50Ms: number,
  p95Ms: number,
  p99Ms: number,
  canonical: z.boolean(),
  forks: z.number().describe('Other blocks known at its height.'),
}

export const blockRow: z.ZodType<BlockRow> = named('Block', 'A block as lists show it.', z.object(blockFields))

export const blockDetail: z.ZodType<BlockDetail> = named(
  'BlockDetail',
  'A block with who saw it when.',
  z.object({
    ...blockFields,
    extraData: text,
    stateRoot: text,
    transactionsRoot: text,
    siblings: z.array(z.string()).describe('Hashes of other blocks at its height.'),
    seenBy: z.array(z.tuple([z.string(), duration])).describe('Node and delay behind the first sight, fastest first.'),
  }),
)

export const share: z.ZodType<Share> = named(
  'Share',
  'How many of something.',
  z.object({ name: z.string(), count: z.number() }),
)

const histogram = z.object({
  binMs: duration,
  counts: z.array(z.number()).describe('The last bin also holds everything slower.'),
  samples: z.number(),
  p50Ms: number,
  p95Ms: number,
  p99Ms: number,
})
const series = z
  .object({
    numbers: z.array(z.number()),
    blockTimeMs: z.array(number),
    transactions: z.array(number),
    gasUsed: z.array(number),
    gasLimit: z.array(number),
    uncles: z.array(number),
    p95Ms: z.array(number),
  })
  .describe('One value per block, oldest first, at most 60 blocks.')

const split = z
  .object({
    since: time.describe('When the second branch began.'),
    number: z.number().describe('The last height all have in common.'),
    branches: z.array(
      z.object({
        from: z.string().describe('Its first block.'),
        number: z.number(),
        hash: z.string().describe('The highest block a node stands on.'),
        nodes: z.number(),
        named: z.array(z.object({ id: z.string(), name: z.string() })).describe('The first 20 of its nodes.'),
      }),
    ),
  })
  .describe('Nodes stand on different branches, and stay there; that of the head first.')

export const networkSummary: z.ZodType<NetworkSummary> = named(
  'Network',
  'One network at a glance.',
  z.object({
    key: z.string(),
    networkId: text,
    genesis: text,
    nodes: z.number(),
    active: z.number(),
    syncing: z.number(),
    head: blockRow.nullable(),
    atHead: z.number(),
    behind: z.number().describe('Nodes at least two blocks behind the head.'),
    blockTimeMs: number,
    transactionsPerSecond: number,
    gasUsedShare: number,
    gasPrice: text,
    pending: number,
    uncles: number,
    forks: z.number(),
    reorgs: z.number().describe('Branches that nodes left for others.'),
    deepestReorg: z.number(),
    split: split.nullable().describe('Null while all active nodes are on one branch.'),
    uptime: number,
    latencyMs: number,
    propagation: histogram,
    series,
    clients: z.array(share),
    versions: z.array(share),
    miners: z.array(share).describe('Who sealed the newest 60 blocks, most first.'),
  }),
)

export const mapPoint: z.ZodType<MapPoint> = named(
  'MapPoint',
  'A node whose place is known.',
  z.object({ id: z.string(), name: z.string(), state, latitude: z.number(), longitude: z.number() }),
)

named('Problem', 'What was wrong, RFC 9457.', problemSchema)

const links = z.record(z.string(), z.string()).describe('Paths from here.')

export const indexBody = named(
  'Index',
  'Where everything is.',
  z.object({ name: z.string(), version: z.string(), serverTime: time, links }),
)
export const networkList = named(
  'NetworkList',
  'All networks, at most `limit` from `offset`.',
  z.object({ total: z.number(), offset: z.number(), limit: z.number(), networks: z.array(networkSummary) }),
)
export const nodeList = named(
  'NodeList',
  'A window of the node table.',
  z.object({
    total: z.number().describe('Nodes that match the filter.'),
    all: z.number().describe('Nodes of the network.'),
    offset: z.number(),
    limit: z.number(),
    nodes: z.array(nodeRow),
  }),
)
export const blockList = named(
  'BlockList',
  'Blocks, newest first, forks included.',
  z.object({
    blocks: z.array(blockRow),
    next: number.describe('Pass it as `before` for older blocks; null where there are none.'),
  }),
)
export const minerList = named(
  'MinerList',
  'Who sealed the newest blocks.',
  z.object({ blocks: z.number().describe('How many blocks were looked at.'), miners: z.array(share) }),
)
export const mapBody = named('Map', 'Nodes whose place is known.', z.object({ points: z.array(mapPoint) }))

export const networkState = named(
  'NetworkState',
  'A network as a whole, at one moment.',
  z.object({
    at: time.describe('The moment it shows.'),
    summary: networkSummary,
    nodes: nodeList,
    blocks: z.array(blockRow).describe('Newest first, forks included.'),
    points: z.array(mapPoint).optional().describe('Nodes whose place is known, where they were asked for.'),
  }),
)
