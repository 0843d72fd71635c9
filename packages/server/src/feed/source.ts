/**
 * Where a channel's content comes from: one source per distinct topic. The channel asks `changed` often, `read` when it
 * may publish, and sends what `diff` finds. A source is told every dirty set of its network.
 */
import type { NetworkSummary, SummaryDelta, TopicData, TopicDelta, TopicName } from '@netstats/protocol/feed'
import type { ChangeSet } from '../shard/change-set.ts'
import { changedFields } from './diff.ts'
import type { NetworkState } from './network-state.ts'
import type { WorkSteps } from '../lib/work-steps.ts'

/** `soon`: when the pace of the topic allows. `now`: do not wait for it. */
export type Urgency = 'no' | 'soon' | 'now'

export interface Source<T extends TopicName> extends Disposable {
  /** At least this long between two deltas, milliseconds. */
  readonly paceMs: number
  /** Bytes a second a viewer of it may cost on average; deltas come less often where they are larger. */
  readonly bytesPerSecond: number
  /** True where changes come from elsewhere than the core: `changed` is asked with every round. */
  readonly polled?: boolean
  note(dirty: ChangeSet): void
  changed(): Urgency
  /** Long work that `read` is to find done, where there is any. */
  readonly prepare?: () => WorkSteps
  /** False where `read` can do nothing before `prepare` was done once. */
  readonly ready?: boolean
  read(): TopicData[T]
  /** undefined: no difference. */
  diff(before: TopicData[T], after: TopicData[T]): TopicDelta[T] | undefined
}

const none = (): void => undefined
const plenty = 64 * 1024

export const summaryDelta = (before: NetworkSummary | undefined, after: NetworkSummary): SummaryDelta | undefined => {
  const patch = changedFields(before, after)
  if (patch?.series === undefined || before === undefined) return patch
  return { ...patch, series: changedFields(before.series, after.series) ?? {} }
}

const summaryOf = ({ key, summary }: NetworkState): NetworkSummary => {
  if (summary === undefined) throw new Error(`${key} was read before it was ready`)
  return summary
}

export const summarySource = (network: NetworkState): Source<'summary'> => {
  let seen: NetworkSummary | undefined
  return {
    paceMs: 1000,
    bytesPerSecond: plenty,
    note: none,
    changed: () => (network.summaryDirty || network.summary !== seen ? 'soon' : 'no'),
    prepare: () => network.summarize(),
    get ready() {
      return network.summary !== undefined
    },
    read: () => (seen = summaryOf(network)),
    diff: summaryDelta,
    [Symbol.dispose]: none,
  }
}

export const networksSource = (networks: () => readonly NetworkState[]): Source<'networks'> => {
  const seen = new Map<string, NetworkSummary>()
  return {
    paceMs: 1000,
    bytesPerSecond: plenty,
    note: none,
    changed: () => {
      const all = networks()
      const same = all.length === seen.size && all.every((n) => !n.summaryDirty && n.summary === seen.get(n.key))
      return same ? 'no' : 'soon'
    },
    *prepare() {
      for (const network of networks()) {
        const before = network.summary
        yield* network.summarize()
        if (network.summary !== before) yield
      }
    },
    get ready() {
      return networks().every((network) => network.summary !== undefined)
    },
    read() {
      seen.clear()
      for (const network of networks()) seen.set(network.key, summaryOf(network))
      return { networks: [...seen.values()] }
    },
    diff(before, after) {
      const known = new Map(before.networks.map((n) => [n.key, n]))
      const patches: Record<string, SummaryDelta> = {}
      for (const network of after.networks) {
        const patch = summaryDelta(known.get(network.key), network)
        if (patch !== undefined) patches[network.key] = patch
      }
      const sameOrder =
        before.networks.length === after.networks.length &&
        before.networks.every((n, i) => n.key === after.networks[i]?.key)
      if (sameOrder && Object.keys(patches).length === 0) return undefined
      return { ...(sameOrder ? {} : { order: after.networks.map((n) => n.key) }), networks: patches }
    },
    [Symbol.dispose]: none,
  }
}
