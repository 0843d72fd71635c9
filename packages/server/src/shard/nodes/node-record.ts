import type { NodeInfo } from '@netstats/protocol'
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import type { BlockRecord } from '../blocks/block-record.ts'
import { parseClient, tellsNowAndThen } from './client-version.ts'
import type { Markable } from '../change-set.ts'
import type { Place } from '../options.ts'
import { createDelayRing } from '../blocks/delay-ring.ts'
import type { DelayRing } from '../blocks/delay-ring.ts'

/** Columns that are kept as they are shown; the others are worked out from the record on demand. */
export type PlainColumn = Exclude<NodeColumn, ComputedColumn>
export type ComputedColumn =
  | 'gasPrice'
  | 'blockNumber'
  | 'blockHash'
  | 'blockMiner'
  | 'blockTransactions'
  | 'blockUncles'
  | 'totalDifficulty'
  | 'behind'
  | 'propagation'
  | 'propagationAvgMs'
  | 'processingMs'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A node as the shard keeps it: one mutable record for its whole life, no new object for a report. */
export interface NodeRecord extends Mutable<Pick<NodeRow, PlainColumn>>, Markable {
  readonly id: string
  /** Place in the reporter bits of blocks. */
  readonly slot: number
  /** Its own words, for another network it may belong to. */
  info: NodeInfo
  /** The name it gives itself, which `info` may have another in place of. */
  saidName: string
  genesis: string | null
  address: string | null
  /** Its reporter tells of the newest block now and then, whenever that came. */
  polls: boolean
  connected: boolean
  connectedAt: number
  /** It has reported a block in this session: what it reports next has just come. */
  follows: boolean
  /** When its last session ended. */
  leftAt: number
  /** The reporter reaches its node. */
  reportedActive: boolean
  /** Time spent active in states that have ended. */
  activeMs: number
  uptimeAt: number
  gasPriceWei: bigint | null
  /** The same, rounded, for medians over many nodes. */
  gasPriceNumber: number
  totalDifficultyWei: bigint | null
  /** Its latest report, which may be outside the tree. */
  block: BlockRecord | null
  /** Where it stood before it went back to an earlier block; null where it did not. */
  backFrom: BlockRecord | null
  processingHash: string | null
  processingTimeMs: number
  readonly ring: DelayRing
  /** `geth 1.16.3`, as version counts say it. */
  versionLabel: string
}

export const unknownClient = 'unknown'

export const createNode = (id: string, slot: number, at: number): NodeRecord => ({
  id,
  slot,
  name: id,
  state: 'inactive',
  stateSince: at,
  firstSeenAt: at,
  lastSeenAt: at,
  clientName: null,
  clientVersion: null,
  client: null,
  os: null,
  osVersion: null,
  protocol: null,
  port: null,
  api: null,
  reporter: null,
  contact: null,
  coinbase: null,
  latencyMs: null,
  roundTripMs: null,
  syncing: null,
  mining: null,
  hashrate: null,
  peers: null,
  pending: null,
  blockAt: null,
  propagationMs: null,
  uptime: null,
  reportedUptime: null,
  polled: false,
  sessions: 0,
  city: null,
  country: null,
  latitude: null,
  longitude: null,
  info: { name: id },
  saidName: id,
  genesis: null,
  address: null,
  polls: false,
  connected: false,
  connectedAt: at,
  follows: false,
  leftAt: at,
  reportedActive: true,
  activeMs: 0,
  uptimeAt: at,
  gasPriceWei: null,
  gasPriceNumber: 0,
  totalDifficultyWei: null,
  block: null,
  backFrom: null,
  processingHash: null,
  processingTimeMs: 0,
  ring: createDelayRing(),
  versionLabel: unknownClient,
  changedRound: 0,
})

/**
 * Takes over what a node says of itself. A field it leaves out is no longer known, except what tells its network: a
 * genesis learned once holds while the network id is the same.
 */
export const applyInfo = (node: NodeRecord, info: NodeInfo): void => {
  const networkId = info.networkId ?? node.info.networkId
  if (networkId !== node.info.networkId) node.genesis = null
  if (info.genesis !== undefined) node.genesis = info.genesis
  node.info = networkId === undefined ? info : { ...info, networkId }
  node.name = info.name === '' ? node.id : info.name
  node.client = info.client ?? null
  node.polls = tellsNowAndThen(info)
  const { name, version } = parseClient(info.client)
  node.clientName = name
  node.clientVersion = version
  node.versionLabel = name === null ? unknownClient : version === null ? name : `${name} ${version}`
  node.port = info.port ?? null
  node.protocol = info.protocol ?? null
  node.api = info.api ?? null
  node.os = info.os ?? null
  node.osVersion = info.osVersion ?? null
  node.reporter = info.reporter ?? null
  node.contact = info.contact ?? null
  node.coinbase = info.coinbase ?? null
}

export const applyPlace = (node: NodeRecord, place: Place | null): void => {
  node.city = place?.city ?? null
  node.country = place?.country ?? null
  node.latitude = place?.latitude ?? null
  node.longitude = place?.longitude ?? null
}
