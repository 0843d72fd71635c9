/** What rules see of a network: made anew at each look, in pieces of work, because its summary touches every node. */
import type { NetworkFacts } from '@netstats/alarms'
import type { BlockRow } from '@netstats/protocol/feed'
import type { Change } from '../shard/changes.ts'
import type { NetworkView } from '../shard/shard-model.ts'
import { medianOf } from '../lib/median.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import { createUsualBlockTime } from './usual-block-time.ts'

type Reorg = Extract<Change, { type: 'reorg' }>

export interface NetworkLook {
  readonly reorganised: (change: Reorg) => void
  readonly forget: (network: string) => void
  readonly of: (view: NetworkView, at: number) => WorkSteps<NetworkFacts>
}

/** Newest blocks whose times tell how often they come. */
const blocksLooked = 60
const reorgMs = 10 * 60_000
/** Of a network; the deepest stay. */
const maxReorgs = 100

const medianTime = (blocks: readonly BlockRow[]): number | null => {
  const times = blocks.flatMap(({ canonical, blockTimeMs }) => (canonical && blockTimeMs !== null ? [blockTimeMs] : []))
  return medianOf(Float64Array.from(times), times.length)
}

export const createNetworkLook = (): NetworkLook => {
  const reorgs = new Map<string, Reorg[]>()
  const usual = createUsualBlockTime()

  const deepest = (network: string, at: number): Reorg | undefined => {
    const recent = (reorgs.get(network) ?? []).filter((one) => at - one.at < reorgMs)
    if (recent.length === 0) reorgs.delete(network)
    else reorgs.set(network, recent)
    return recent.reduce<Reorg | undefined>(
      (most, one) => (most === undefined || one.depth > most.depth ? one : most),
      undefined,
    )
  }

  return {
    reorganised(change) {
      const list = reorgs.get(change.network) ?? []
      reorgs.set(change.network, [...list, change].sort((a, b) => b.depth - a.depth).slice(0, maxReorgs))
    },
    forget(network) {
      reorgs.delete(network)
      usual.forget(network)
    },
    *of(view, at) {
      const summary = yield* view.summarize()
      const blocks = view.blocks(blocksLooked)
      const { head, split, propagation } = summary
      const blockTimeMs = medianTime(blocks)
      const reorg = deepest(view.key, at)
      return {
        at,
        network: view.key,
        nodes: summary.nodes,
        active: summary.active,
        head: head?.number ?? null,
        headAt: head === null ? null : (head.arrivedAt ?? head.timestamp),
        blockTimeMs,
        usualBlockTimeMs: usual.of(view.key, blockTimeMs, at),
        emptyBlockTimeMs: medianTime(blocks.filter(({ transactions }) => transactions === 0)),
        reorg: reorg === undefined ? null : { depth: reorg.depth, at: reorg.at, number: reorg.number },
        split: split === null ? null : { number: split.number, nodes: split.branches.map(({ nodes }) => nodes) },
        propagationP95Ms: propagation.p95Ms,
        pending: summary.pending,
        versions: summary.versions.map(({ name, count }) => ({ name, count })),
      }
    },
  }
}
