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
  /** Name without prefix and suffix: `frames_sent` becomes `netstats_feed_frames_sent_total`. */
  count(name: FeedCounter, labels: Readonly<Record<string, string>>, by: number): void
}

export const feedCounters = {
  readers_opened: 'Connections accepted.',
  readers_closed: 'Connections ended, by reason.',
  requests: 'Requests of readers, by type.',
  errors: 'Errors sent to readers, by code.',
  encodes: 'Messages encoded, by type; each is sent to all members of its channel.',
  frames_sent: 'Messages sent, by type.',
  bytes_sent: 'Payload bytes given to sockets.',
  conflations: 'Times a reader fell behind on a channel and was put off to a fresh snapshot.',
  resumes: 'Resume points named by readers, by result: hit or miss.',
  work_ms: 'Milliseconds spent on publishing.',
} as const
export type FeedCounter = keyof typeof feedCounters

export interface FeedGauges {
  readonly readers: number
  readonly channels: number
  /** Channels kept for a resume after their last member left. */
  readonly dormantChannels: number
  readonly sortedTables: number
  /** Readers that are behind and wait for their buffers to drain. */
  readonly slowReaders: number
  readonly ringBytes: number
}

export const noMeters: FeedMeters = { count: () => undefined }
