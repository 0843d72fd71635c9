/**
 * The server's own health for `/metrics`. Hot paths count into plain numbers; here they are read when somebody scrapes.
 */
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import { feedCounters } from '../feed/mod.ts'
import type { FeedCounter, FeedGauges, FeedMeters } from '../feed/mod.ts'
import type { Desk } from '../desk/desk.ts'
import type { IngestSnapshot } from '../ingest/snapshot.ts'
import type { Stage } from './stage-times.ts'

export interface Metrics {
  readonly feedMeters: FeedMeters
  readonly observeStage: (stage: Stage, seconds: number) => void
  /** A counter whose values are read at each scrape. */
  counter(name: string, help: string, labels: readonly string[], read: (add: Add) => void): void
  /** A gauge whose values are read at each scrape. */
  gauge(name: string, help: string, labels: readonly string[], read: (add: Add) => void): void
  text(): Promise<string>
  readonly contentType: string
}

export type Add = (labels: Readonly<Record<string, string>>, value: number) => void

const prefix = 'netstats_server_'
const stageBuckets = [0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.005, 0.025, 0.1, 0.5]

export const createMetrics = (): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const stage = new Histogram({
    name: `${prefix}stage_duration_seconds`,
    help: 'Time of one frame (parse, apply; one in 64 is measured) or of one slice of publishing (feed, classic).',
    labelNames: ['stage'],
    buckets: stageBuckets,
    registers,
  })
  const feedCounts = new Map<FeedCounter, Map<string, { labels: Readonly<Record<string, string>>; value: number }>>()

  const metrics: Metrics = {
    feedMeters: {
      count(name, labels, by) {
        let values = feedCounts.get(name)
        if (values === undefined) feedCounts.set(name, (values = new Map()))
        let key = ''
        for (const label in labels) key += labels[label]
        const known = values.get(key)
        if (known === undefined) values.set(key, { labels, value: by })
        else known.value += by
      },
    },
    observeStage: (name, seconds) => stage.observe({ stage: name }, seconds),
    counter(name, help, labelNames, read) {
      const made = new Counter<string>({
        name: `${prefix}${name}_total`,
        help,
        labelNames: [...labelNames],
        registers: [],
        collect() {
          this.reset()
          read((labels, value) => this.inc(labels, value))
        },
      })
      registry.registerMetric(made)
    },
    gauge(name, help, labelNames, read) {
      const made = new Gauge<string>({
        name: `${prefix}${name}`,
        help,
        labelNames: [...labelNames],
        registers: [],
        collect() {
          this.reset()
          read((labels, value) => this.set(labels, value))
        },
      })
      registry.registerMetric(made)
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }

  for (const [name, help] of Object.entries(feedCounters) as [FeedCounter, string][]) {
    const labels = feedLabels[name] ?? []
    metrics.counter(`feed_${name}`, help, labels, (add) => {
      for (const one of feedCounts.get(name)?.values() ?? []) add(one.labels, one.value)
    })
  }
  return metrics
}

const feedLabels: { readonly [C in FeedCounter]?: readonly string[] } = {
  readers_closed: ['reason'],
  requests: ['type'],
  errors: ['code'],
  encodes: ['type'],
  frames_sent: ['type'],
  resumes: ['result'],
}

export const each = (label: string, values: Iterable<readonly [string, number]>, add: Add): void => {
  for (const [key, value] of values) add({ [label]: key }, value)
}

export const registerIngestMetrics = (metrics: Metrics, read: () => IngestSnapshot): void => {
  const ethstats = (): IngestSnapshot['ethstats'] => read().ethstats
  metrics.gauge('ethstats_sessions', 'Connections of agents by state.', ['state'], (add) =>
    each('state', Object.entries(ethstats().states), add),
  )
  metrics.gauge('ethstats_clients', 'Logged-in agents by client.', ['client'], (add) =>
    each('client', Object.entries(ethstats().clients), add),
  )
  metrics.counter('ethstats_frames', 'Frames of agents by event.', ['event'], (add) =>
    each('event', Object.entries(ethstats().events), add),
  )
  metrics.counter('ethstats_received_bytes', 'Payload bytes of agents.', [], (add) => add({}, ethstats().bytes))
  metrics.counter('ethstats_bad_frames', 'Frames not understood or not allowed, by code.', ['code'], (add) =>
    each('code', Object.entries(ethstats().badFrames), add),
  )
  metrics.counter('ethstats_logins', 'Logins accepted.', [], (add) => add({}, ethstats().logins))
  metrics.counter('ethstats_refused', 'Connections and logins refused, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(ethstats().refused), add),
  )
  metrics.counter('ethstats_ended', 'Sessions that ended, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(ethstats().ended), add),
  )
  metrics.counter('ethstats_history_requests', 'Requests for missing blocks.', [], (add) =>
    add({}, ethstats().historyAsked),
  )
  metrics.counter('ethstats_history_blocks', 'Blocks received as history.', [], (add) =>
    add({}, ethstats().historyBlocks),
  )
  metrics.counter(
    'ethstats_block_memo',
    'Block frames recognised by their text, and those parsed.',
    ['result'],
    (add) => {
      const { hits, misses } = ethstats().memo
      add({ result: 'hit' }, hits)
      add({ result: 'miss' }, misses)
    },
  )
  metrics.gauge('connections', 'WebSockets of all kinds.', [], (add) => add({}, read().admission.connections))
  metrics.gauge('addresses', 'Addresses watched for their connection rate.', [], (add) =>
    add({}, read().admission.addresses),
  )
  metrics.counter('http_faults', 'Requests that were none, by reason.', ['reason'], (add) =>
    each('reason', Object.entries(read().http), add),
  )
}

export const registerDeskMetrics = (metrics: Metrics, desk: Desk): void => {
  metrics.gauge(
    'desk_sessions',
    'Nodes with a session, and logins that wait for an older one to prove that it lives.',
    ['state'],
    (add) => {
      add({ state: 'seated' }, desk.seated)
      add({ state: 'claiming' }, desk.claims)
    },
  )
  metrics.counter('desk_logins', 'Logins accepted.', [], (add) => add({}, desk.counts.logins))
  metrics.counter('desk_takeovers', 'Logins that replaced a dead connection of their id.', [], (add) =>
    add({}, desk.counts.takeovers),
  )
  metrics.counter('desk_unseated', 'Messages of sessions that had just ended.', [], (add) =>
    add({}, desk.counts.unseated),
  )
  metrics.counter('desk_history_timeouts', 'Requests for missing blocks that were not answered in time.', [], (add) =>
    add({}, desk.counts.historyTimeouts),
  )
  metrics.gauge('desk_history_outstanding', 'Requests for missing blocks without an answer yet.', [], (add) =>
    add({}, desk.historyOutstanding),
  )
}

export const registerIntakeMetrics = (metrics: Metrics, read: () => IngestSnapshot['intake']): void => {
  metrics.gauge('intake_queue_items', 'Frames that wait for their turn.', [], (add) => add({}, read().items))
  metrics.gauge('intake_queue_bytes', 'Bytes of frames that wait for their turn.', [], (add) => add({}, read().bytes))
  metrics.counter('intake_shed', 'Frames given up, by class and reason.', ['class', 'reason'], (add) => {
    for (const [shedClass, reasons] of Object.entries(read().sheds)) {
      for (const [reason, value] of Object.entries(reasons)) add({ class: shedClass, reason }, value)
    }
  })
}

export const registerFeedMetrics = (metrics: Metrics, gauges: () => FeedGauges): void => {
  metrics.gauge('feed_readers', 'Dashboards on /feed, and how many of them are behind.', ['state'], (add) => {
    const { readers, slowReaders } = gauges()
    add({ state: 'connected' }, readers)
    add({ state: 'behind' }, slowReaders)
  })
  metrics.gauge('feed_channels', 'Different views served, and those kept for a resume.', ['state'], (add) => {
    const { channels, dormantChannels } = gauges()
    add({ state: 'live' }, channels - dormantChannels)
    add({ state: 'dormant' }, dormantChannels)
  })
  metrics.gauge('feed_ring_bytes', 'Bytes of deltas kept for resumes.', [], (add) => add({}, gauges().ringBytes))
}
