/**
 * What of a batch goes to an ethstats server, and in which frames. Pure. The protocol is a live view: only the newest
 * state is sent, blocks that come late go as history, and a backlog is cut to what a server would keep.
 */
import { unixMs } from '@netstats/protocol'
import type { Block, Kind, NodeId, NodeStats, Observation, UnixMs } from '@netstats/protocol'
import type { Sequence, SpooledObservation } from '@netstats/sdk'
import { isStale } from './current.ts'

/** A block older than this would be taken for one that spread slowly; as history it says nothing about that. */
const liveWithinMs = 15_000
/** Most blocks of one batch: servers keep no more of a node. */
const maxBlocks = 50
const pendingEveryMs = 1000

export type Frame =
  | { readonly type: 'block'; readonly block: Block }
  | { readonly type: 'pending'; readonly pending: number; readonly at: UnixMs }
  | { readonly type: 'stats'; readonly stats: NodeStats; readonly at: UnixMs }
  | { readonly type: 'history'; readonly blocks: readonly Block[] }

const ranks: Readonly<Record<Frame['type'], number>> = { history: 0, block: 0, pending: 1, stats: 2 }

/** What a server hears of, in a frame or in the hello. */
export const reported: readonly Kind[] = ['node-info', 'block', 'node-stats', 'pending']

export const concerns = (node: NodeId, { node: of, kind }: Observation): boolean =>
  of === node && reported.includes(kind)

export type SkipReason = 'stale' | 'superseded' | 'throttled' | 'repeated' | 'unmapped'

export interface Plan {
  readonly frames: readonly Frame[]
  readonly skipped: readonly { readonly kind: Observation['kind']; readonly reason: SkipReason }[]
  /** The batch reaches the present. */
  readonly caughtUp: boolean
  /** Late blocks were passed over, because more backlog follows or because there were too many. */
  readonly passedOver: boolean
}

export interface PlanOptions {
  readonly node: NodeId
  readonly now: UnixMs
  /** Whether the session already sent this block. */
  readonly wasSent: (hash: Block['hash']) => boolean
  /** When the state sent last, of each kind, was observed. */
  readonly lastStatsAt: UnixMs | undefined
  readonly lastPendingAt: UnixMs | undefined
}

export const planBatch = (items: readonly SpooledObservation[], options: PlanOptions): Plan => {
  const { node, now, wasSent } = options
  const own = items.filter((item) => item.observation.node === node)
  const newestAt = items.at(-1)?.observation.observedAt
  const caughtUp = newestAt !== undefined && !isStale(newestAt, now)
  const skipped: Plan['skipped'][number][] = []
  const planned = new Map<Sequence, Frame>()
  const skip = ({ observation }: SpooledObservation, reason: SkipReason): void => {
    skipped.push({ kind: observation.kind, reason })
  }

  const lastOf = (kind: Observation['kind']) => own.findLast((item) => item.observation.kind === kind)
  const newest = new Map([lastOf('node-stats'), lastOf('pending')].map((item) => [item?.observation.kind, item]))
  const blocks: SpooledObservation[] = []
  for (const item of own) {
    const { observation } = item
    switch (observation.kind) {
      case 'node-stats':
      case 'pending':
        if (isStale(observation.observedAt, now)) skip(item, 'stale')
        else if (newest.get(observation.kind) !== item) skip(item, 'superseded')
        else planState(item, options, planned, skip)
        break
      case 'block':
        if (wasSent(observation.body.hash)) skip(item, 'repeated')
        else blocks.push(item)
        break
      // The hello carries it, the session tells its own latency.
      case 'node-info':
      case 'latency':
        break
      case 'block-processing':
      case 'head-event':
      case 'host':
      case 'gap':
      case 'metric':
      case 'log':
      case 'alarm':
      case 'header':
        skip(item, 'unmapped')
        break
    }
  }

  const kept = caughtUp ? blocks.slice(-maxBlocks) : []
  for (const item of blocks) if (!kept.includes(item)) skip(item, 'superseded')
  planBlocks(kept, now, planned)
  // As geth reports: blocks, then pending, then stats.
  const frames = [...planned]
    .sort(([a, one], [b, other]) => ranks[one.type] - ranks[other.type] || a - b)
    .map(([, frame]) => frame)
  return { frames, skipped, caughtUp, passedOver: kept.length < blocks.length }
}

const planState = (
  item: SpooledObservation,
  { lastStatsAt, lastPendingAt = unixMs(-Infinity) }: PlanOptions,
  planned: Map<Sequence, Frame>,
  skip: (item: SpooledObservation, reason: SkipReason) => void,
): void => {
  const { observation, sequence } = item
  const at = observation.observedAt
  if (observation.kind === 'node-stats') {
    if (at === lastStatsAt) skip(item, 'repeated')
    else planned.set(sequence, { type: 'stats', stats: observation.body, at })
  } else if (observation.kind === 'pending') {
    if (at === lastPendingAt) skip(item, 'repeated')
    // A clock that was set back makes no throttle of an hour.
    else if (Math.abs(at - lastPendingAt) < pendingEveryMs) skip(item, 'throttled')
    else planned.set(sequence, { type: 'pending', pending: observation.body.pending, at })
  }
}

/** Late blocks go together where the last of them was; the newest head and what is still fresh goes as it came. */
const planBlocks = (items: readonly SpooledObservation[], now: UnixMs, planned: Map<Sequence, Frame>): void => {
  const head = items.findLast((item) => item.observation.kind === 'block' && item.observation.body.historical !== true)
  const late: Block[] = []
  let lateAt: Sequence | undefined
  for (const item of items) {
    const { observation, sequence } = item
    if (observation.kind !== 'block') continue
    const live = observation.body.historical !== true && now - observation.observedAt <= liveWithinMs
    if (live || item === head) {
      planned.set(sequence, { type: 'block', block: observation.body })
      continue
    }
    late.push(observation.body)
    lateAt = sequence
  }
  if (lateAt !== undefined) planned.set(lateAt, { type: 'history', blocks: late })
}
