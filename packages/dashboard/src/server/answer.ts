/** Reads the answer of `/api/v1/server`: metrics by name become the figures that the pages show. */
import type { Counts, ProcessFacts, ServerFacts, StoreFacts, WorkCounts } from './facts.ts'

/** A number, or numbers by the values of labels, as on `/metrics`. What is not there counts zero. */
export type Values = number | { readonly [label: string]: Values }
export type Metrics = Readonly<Record<string, Values>>

/** The answer of the server, which is ours and of the same version. */
export interface ServerAnswer
  extends Pick<ServerFacts, 'at' | 'version' | 'server' | 'startedAt' | 'ready' | 'load' | 'parts' | 'limits'> {
  readonly metrics: Metrics
  readonly processes: readonly {
    readonly name: string
    readonly pid: number
    readonly at: number
    readonly metrics: Metrics
  }[]
}

export const readServer = ({ metrics, processes, ...answer }: ServerAnswer): ServerFacts => ({
  ...answer,
  reportRate: { level: sum(metrics['report_level']), reportMs: ms(metrics['report_interval_seconds']) },
  deliveries: {
    streams: sum(metrics['delivery_streams']),
    open: sum(by(metrics['delivery_streams'])['open']),
    received: sum(by(metrics['delivery_observations_total'])['received']),
    duplicates: sum(by(metrics['delivery_observations_total'])['duplicate']),
    missing: sum(metrics['delivery_missing_total']),
    missingRanges: sum(metrics['delivery_missing_ranges_total']),
  },
  slowViewers: sum(by(metrics['feed_viewers'])['behind']),
  core: {
    networks: sum(metrics['networks']),
    nodes: sum(metrics['nodes']),
    blocks: sum(metrics['blocks']),
    inputs: sum(metrics['core_inputs_total']),
    errors: sum(metrics['core_errors_total']),
  },
  store: metrics['store_up'] === undefined ? null : storeOf(metrics),
  work: workOf(metrics),
  processes: processes.map(processOf),
})

const storeOf = (metrics: Metrics): StoreFacts => ({
  lagMs: ms(metrics['history_lag_seconds']),
  pendingRows: sum(metrics['history_buffer_rows']),
  bufferBytes: sum(metrics['history_buffer_bytes']),
  writtenRows: sum(metrics['history_rows_total']),
  slowestWriteMs: ms(metrics['store_slowest_write_seconds']),
  errors: counts(metrics['store_errors_total']),
  shed: countsOfCounts(metrics['history_shed_total']),
  diskBytes: known(metrics['store_disk_bytes']),
  files: known(metrics['store_files']),
})

const workOf = (metrics: Metrics): WorkCounts => ({
  connections: {
    ethstats: sum(metrics['ethstats_sessions']),
    netstats: sum(metrics['netstats_sessions']),
    feed: sum(by(metrics['feed_viewers'])['connected']),
    ...counts(metrics['classic_viewers']),
  },
  sessions: {
    ethstats: sum(by(metrics['ethstats_sessions'])['active']),
    netstats: sum(by(metrics['netstats_sessions'])['active']),
  },
  logins: { ethstats: sum(metrics['ethstats_logins_total']), netstats: sum(metrics['netstats_logins_total']) },
  refused: both(metrics['ethstats_refused_total'], metrics['netstats_refused_total']),
  ended: both(metrics['ethstats_ended_total'], metrics['netstats_ended_total']),
  received: {
    messages: sum(metrics['ethstats_frames_total']) + sum(metrics['netstats_frames_total']),
    bytes: sum(metrics['ethstats_received_bytes_total']) + sum(metrics['netstats_received_bytes_total']),
  },
  shed: countsOfCounts(metrics['queue_shed_total']),
  faults: {
    ethstats: counts(metrics['ethstats_bad_frames_total']),
    netstats: counts(metrics['netstats_bad_frames_total']),
    http: counts(metrics['http_faults_total']),
  },
  queue: { items: sum(metrics['queue_items']), bytes: sum(metrics['queue_bytes']) },
  batches: {
    observations: sum(metrics['netstats_observations_total']),
    nacks: counts(metrics['netstats_nacks_total']),
  },
  credit: {
    window: sum(metrics['netstats_window_observations']),
    inFlight: sum(metrics['netstats_in_flight_observations']),
  },
})

function processOf({ name, pid, at, metrics }: ServerAnswer['processes'][number]): ProcessFacts {
  const own = (metric: string): Values | undefined => by(metrics[metric])[name]
  const delay = by(own('event_loop_delay_seconds'))
  return {
    name,
    pid,
    at,
    startedAt: ms(own('process_start_time_seconds')),
    cpuMs: ms(own('process_cpu_seconds_total')),
    rssBytes: sum(by(own('process_memory_bytes'))['resident']),
    openFiles: known(own('process_open_files')),
    openFilesLimit: known(own('process_open_files_limit')),
    loop: { p50Ms: ms(delay['p50']), p99Ms: ms(delay['p99']), maxMs: ms(delay['max']) },
    work: workOf(metrics),
  }
}

const sum = (values: Values | undefined): number =>
  typeof values === 'number' ? values : Object.values(values ?? {}).reduce<number>((total, one) => total + sum(one), 0)
const ms = (seconds: Values | undefined): number => 1000 * sum(seconds)
const by = (values: Values | undefined): Readonly<Record<string, Values>> => (typeof values === 'object' ? values : {})
const known = (values: Values | undefined): number | null => (typeof values === 'number' ? values : null)
const counts = (values: Values | undefined): Counts =>
  Object.fromEntries(Object.entries(by(values)).map(([label, value]) => [label, sum(value)]))
const countsOfCounts = (values: Values | undefined): Readonly<Record<string, Counts>> =>
  Object.fromEntries(Object.entries(by(values)).map(([label, value]) => [label, counts(value)]))

function both(a: Values | undefined, b: Values | undefined): Counts {
  const total: Record<string, number> = { ...counts(a) }
  for (const [label, value] of Object.entries(counts(b))) total[label] = (total[label] ?? 0) + value
  return total
}
