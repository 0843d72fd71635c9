/**
 * What headers say of the validators of every network. It listens to the core, and does its work a few milliseconds at a time:
 *
 *     core ─ header ─► tracker of the network ─ order ─► rules ─► window ─► status, blocks
 *                        └─ heights that are lacking ─► session registry ─► an agent
 */
import type { Header } from '@netstats/protocol'
import { createBoundedMap } from '@netstats/sdk/limits'
import { createWorkScheduler } from '../lib/work-scheduler.ts'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { CoreListener } from '../shard/mod.ts'
import type { Core } from '../shard/shard-model.ts'
import { blocksOf, statusOf } from './consensus-status.ts'
import type { ConsensusView, HeaderCounts } from './consensus-model.ts'
import { createNetworkTracker, noHeaders } from './network-tracker.ts'
import type { LiveChain, NetworkTracker } from './network-tracker.ts'
import type { NetworksConfig } from './networks-config.ts'

export interface Consensus extends ConsensusView, Disposable {
  readonly applied: CoreListener
  /** Heights whose headers are lacking, of each network that lacks some. Asked once a second. */
  wantedHeaders(): ReadonlyMap<string, readonly number[]>
  /** Headers of all networks by what became of them. */
  readonly counts: HeaderCounts
}

export interface ConsensusOptions {
  readonly core: Pick<Core, 'network'>
  readonly networks: NetworksConfig
  /** Wall clock, Unix ms. */
  readonly now: () => number
  readonly monotonic: () => number
  /** Calls back after pending I/O. */
  readonly defer: (run: () => void) => void
  readonly onSlice?: (ms: number) => void
}

/** Networks come and go, and some are invented. */
const mostNetworks = 200

interface Tracked {
  readonly tracker: NetworkTracker
  readonly live: LiveChain
  readonly work: () => WorkSteps
}

export const createConsensus = (options: ConsensusOptions): Consensus => {
  const { core, networks, now, monotonic, defer, onSlice } = options
  const tracked = createBoundedMap<string, Tracked>(mostNetworks)
  const scheduler = createWorkScheduler({ monotonic, defer, ...(onSlice && { onSlice }) })
  /** Of networks that are gone. */
  const past = noHeaders()

  const liveOf = (network: string): LiveChain => ({
    height: () => core.network(network)?.head()?.number,
    headHash: () => core.network(network)?.head()?.hash,
    isCanonical: (hash) => core.network(network)?.block(hash)?.canonical === true,
    parentOf: (hash) => core.network(network)?.block(hash)?.parentHash,
  })
  const trackerOf = (network: string): Tracked => {
    const known = tracked.get(network)
    if (known !== undefined) return known
    const live = liveOf(network)
    const tracker = createNetworkTracker(networks[network], live, now)
    const fresh = { tracker, live, work: () => tracker.work() }
    tracked.set(network, fresh)
    return fresh
  }
  const take = (network: string, header: Header, node: string): void => {
    const { tracker, work } = trackerOf(network)
    tracker.take(header, node)
    if (tracker.hasWork) scheduler.run(work)
  }
  const forget = (network: string): void => {
    const gone = tracked.get(network)
    if (gone === undefined) return
    addCounts(past, countsOf(gone.tracker))
    tracked.delete(network)
  }
  const relevant = (network: string): Tracked | undefined => {
    const known = tracked.get(network)
    return known?.tracker.isRelevant === true ? known : undefined
  }

  return {
    applied({ input, network, changes }) {
      if (input.type === 'observation' && input.observation.kind === 'header') {
        if (network !== undefined) take(network, input.observation.body, input.observation.node)
      } else if (input.type === 'tick') scheduler.check()
      for (const change of changes) {
        if (change.type === 'head') tracked.get(change.network)?.tracker.headChanged()
        else if (change.type === 'network-removed') forget(change.network)
      }
    },
    wantedHeaders() {
      const wanted = new Map<string, readonly number[]>()
      for (const [network, { tracker, work }] of tracked) {
        const numbers = tracker.order.wanted()
        if (numbers.length > 0) wanted.set(network, numbers)
        if (tracker.hasWork) scheduler.run(work)
      }
      return wanted
    },
    networks: () => Array.from(tracked.keys()).filter((network) => relevant(network) !== undefined),
    status(network) {
      const known = relevant(network)
      return known && statusOf(known.tracker, known.live)
    },
    blocks(network, limit) {
      const known = relevant(network)
      return known && blocksOf(known.tracker, limit)
    },
    get counts() {
      const sum = { ...past }
      for (const { tracker } of tracked.values()) addCounts(sum, countsOf(tracker))
      return sum
    },
    [Symbol.dispose]() {
      for (const { tracker } of tracked.values()) tracker.order.clear()
      scheduler.finish()
    },
  }
}

const countsOf = ({ counts, order }: NetworkTracker): HeaderCounts => ({ ...counts, orphaned: order.orphaned })

const addCounts = (into: HeaderCounts, more: HeaderCounts): void => {
  for (const key of Object.keys(into) as (keyof HeaderCounts)[]) into[key] += more[key]
}
