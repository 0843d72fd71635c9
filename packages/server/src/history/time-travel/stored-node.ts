/** A node of a stored moment as the shard's image has it. */
import type { Address, Hash, NodeInfo } from '@netstats/protocol'
import type { NodeMoment } from '@netstats/store'
import { defaultCoreOptions } from '../../shard/mod.ts'
import type { SnapshotNode } from '../../shard/mod.ts'

/** Who stands behind a number of the store. */
export interface StoredNodeName {
  readonly id: string
  readonly firstSeenAt: number
}

/** Without the nulls: what a node does not say, its info leaves out. */
const said = <T extends object>(value: T): { [K in keyof T]?: NonNullable<T[K]> } => {
  const kept: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(value)) if (one !== null) kept[name] = one
  return kept as { [K in keyof T]?: NonNullable<T[K]> }
}

const infoOf = (id: string, info: NonNullable<NodeMoment['info']>): NodeInfo => ({
  name: info.name === '' ? id : info.name,
  ...said({
    client: info.client,
    networkId: info.networkId,
    genesis: info.genesis as Hash | null,
    port: info.port,
    protocol: info.protocol,
    api: info.api,
    os: info.os,
    osVersion: info.osVersion,
    reporter: info.reporter,
    contact: info.contact,
    coinbase: info.coinbase as Address | null,
    canUpdateHistory: info.canUpdateHistory,
  }),
})

/** That it went silent was concluded, not said: its last word came before. */
const lastWord = ({ lastSeenAt, state, block }: NodeMoment): number | null =>
  state?.reason === 'silent' && lastSeenAt === state.at
    ? Math.max(block?.at ?? 0, state.at - defaultCoreOptions.silentAfterMs)
    : lastSeenAt

/** `block` is the place of its latest block in the image; undefined where that is not known. */
export const storedNode = (
  { id, firstSeenAt }: StoredNodeName,
  moment: NodeMoment,
  block: number | undefined,
): SnapshotNode => {
  const { info, state, sample } = moment
  const lastSeenAt = lastWord(moment) ?? firstSeenAt
  return {
    id,
    info: info === null ? { name: id } : infoOf(id, info),
    place: info === null ? null : info,
    state: state?.state === 'active' ? 'active' : 'inactive',
    stateSince: state?.at ?? lastSeenAt,
    firstSeenAt,
    lastSeenAt,
    sessions: state?.sessions ?? 0,
    activeMs: state?.activeMs ?? 0,
    latencyMs: sample.latencyMs,
    roundTripMs: sample.roundTripMs,
    syncing: sample.syncing,
    mining: sample.mining,
    hashrate: sample.hashrate,
    peers: sample.peers,
    pending: sample.pending,
    gasPrice: sample.gasPrice,
    reportedUptime: sample.reportedUptime,
    block:
      block === undefined || moment.block === null
        ? null
        : { index: block, at: moment.block.at, delayMs: moment.block.delayMs },
  }
}

/** Where a forgotten node's sights count on: it was there, unlike one that turned out to belong elsewhere. */
export const isGone = ({ state }: NodeMoment): boolean => state?.state === 'removed'
export const hadNoPart = ({ state }: NodeMoment): boolean => state?.state === 'removed' && state.reason === 'moved'
