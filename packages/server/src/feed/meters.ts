import type { MetricsRegistry } from '../telemetry/registry.ts'

/** What the feed counts. Counters only grow; gauges are read when somebody asks. */
export const closeReasons = [
  'gone',
  'slow',
  'half-open',
  'abuse',
  'too-large',
  'full',
  'address-full',
  'origin',
  'shutdown',
] as const
export type CloseReason = (typeof closeReasons)[number]

export interface FeedMeters {
  count(name: FeedCounter, labels: Readonly<Record<string, string>>, by: number): void
}

/** What is counted, by its name in `/metrics` without `feed_` and `_total`: its label, and what it is. */
export const feedCounters = {
  viewers_opened: ['', 'Connections of dashboards accepted.'],
  viewers_closed: ['reason', 'Connections of dashboards that ended, by reason.'],
  requests: ['type', 'Requests of dashboards, by type.'],
  errors: ['code', 'Errors sent to dashboards, by code.'],
  encodes: ['type', 'Messages encoded, by type; each is sent to all subscribers of its topic.'],
  frames_sent: ['type', 'Messages sent, by type.'],
  bytes_sent: ['', 'Payload bytes given to sockets.'],
  conflations: ['', 'Times a dashboard fell behind on a topic and was put off to a fresh snapshot.'],
  resumes: ['result', 'Resume points named by dashboards, by result: hit or miss.'],
  work_seconds: ['', 'Time spent on publishing.'],
} as const
export type FeedCounter = keyof typeof feedCounters

export const createFeedMeters = (registry: MetricsRegistry): FeedMeters => {
  const counts: Partial<Record<FeedCounter, Record<string, number>>> = {}
  for (const [name, [label, help]] of Object.entries(feedCounters) as [FeedCounter, readonly [string, string]][]) {
    const values: Record<string, number> = label === '' ? { '': 0 } : {}
    counts[name] = values
    registry.counter(`feed_${name}_total`, help, label === '' ? [] : [label], () =>
      label === '' ? values[''] : values,
    )
  }
  return {
    count(name, labels, by) {
      const values = counts[name] as Record<string, number>
      let key = ''
      for (const label in labels) key += labels[label]
      values[key] = (values[key] ?? 0) + by
    },
  }
}

export const registerFeedGauges = (registry: MetricsRegistry, gauges: () => FeedGauges): void => {
  registry.gauge('feed_viewers', 'Dashboards on /feed, and those that are behind.', ['state'], () => {
    const { viewers, slowViewers } = gauges()
    return { connected: viewers, behind: slowViewers }
  })
  registry.gauge('feed_topics', 'Topics served, and those kept for a resume.', ['state'], () => {
    const { topics, dormantTopics } = gauges()
    return { live: topics - dormantTopics, dormant: dormantTopics }
  })
  registry.gauge('feed_replay_bytes', 'Bytes of deltas kept for resumes.', [], () => gauges().replayBytes)
}

export interface FeedGauges {
  readonly viewers: number
  readonly topics: number
  /** Channels kept for a resume after their last member left. */
  readonly dormantTopics: number
  readonly sortedTables: number
  /** Viewers that are behind and wait for their buffers to drain. */
  readonly slowViewers: number
  readonly replayBytes: number
}
