/** A server that is well, and the answer that says so; for tests. */
import type { Metrics, ServerAnswer } from '../server/answer.ts'
import type { ProcessFacts, ServerFacts, WorkCounts } from '../server/facts.ts'

export const workOf = (work: Partial<WorkCounts> = {}): WorkCounts => ({
  connections: {},
  sessions: {},
  logins: {},
  refused: {},
  ended: {},
  received: { messages: 0, bytes: 0 },
  shed: {},
  faults: {},
  queue: { items: 0, bytes: 0 },
  batches: { observations: 0, nacks: {} },
  credit: { window: 0, inFlight: 0 },
  ...work,
})

export const processOf = (one: Partial<ProcessFacts> = {}): ProcessFacts => ({
  name: 'server',
  pid: 1,
  at: 0,
  startedAt: 0,
  cpuMs: 0,
  rssBytes: 0,
  openFiles: 100,
  openFilesLimit: 20_000,
  loop: { p50Ms: 1, p99Ms: 3, maxMs: 9 },
  work: workOf(),
  ...one,
})

interface Changes extends Omit<Partial<ServerFacts>, 'work'> {
  readonly work?: Partial<WorkCounts>
}

export const factsOf = ({ work, ...changes }: Changes = {}): ServerFacts => ({
  at: 0,
  version: '1',
  server: 'a',
  startedAt: 0,
  ready: true,
  load: { level: 'calm', reason: '' },
  parts: [],
  reportRate: { level: 0, reportMs: 15_000 },
  deliveries: { streams: 0, open: 0, received: 0, duplicates: 0, missing: 0, missingRanges: 0 },
  slowViewers: 0,
  core: { networks: 1, nodes: 1, blocks: 1, inputs: 1, errors: 0 },
  store: null,
  limits: { connections: 1000, queueItems: 1000, queueBytes: 1000, bufferBytes: null, viewers: 10 },
  processes: [processOf({ at: changes.at ?? 0 })],
  ...changes,
  work: workOf(work),
})

const metricsOf = (work: WorkCounts): Metrics => ({
  ethstats_sessions: statesOf(work, 'ethstats'),
  netstats_sessions: statesOf(work, 'netstats'),
  feed_viewers: { connected: work.connections['feed'] ?? 0 },
  classic_viewers: Object.fromEntries(
    Object.entries(work.connections).filter(([name]) => name === 'primus' || name === 'external'),
  ),
  ethstats_logins_total: work.logins['ethstats'] ?? 0,
  netstats_logins_total: work.logins['netstats'] ?? 0,
  ethstats_refused_total: work.refused,
  ethstats_ended_total: work.ended,
  ethstats_frames_total: { block: work.received.messages },
  ethstats_received_bytes_total: work.received.bytes,
  queue_shed_total: work.shed,
  ethstats_bad_frames_total: work.faults['ethstats'] ?? {},
  netstats_bad_frames_total: work.faults['netstats'] ?? {},
  http_faults_total: work.faults['http'] ?? {},
  queue_items: work.queue.items,
  queue_bytes: work.queue.bytes,
  netstats_observations_total: work.batches.observations,
  netstats_nacks_total: work.batches.nacks,
  netstats_window_observations: work.credit.window,
  netstats_in_flight_observations: work.credit.inFlight,
})

const statesOf = ({ connections, sessions }: WorkCounts, protocol: string): Metrics => {
  const active = sessions[protocol] ?? 0
  return { active, authenticating: Math.max(0, (connections[protocol] ?? 0) - active) }
}

/** What the server answers that is so. */
export const answerOf = (facts: ServerFacts): ServerAnswer => {
  const { at, version, server, startedAt, ready, load, parts, limits, reportRate, deliveries, core, store } = facts
  const { open, received, duplicates } = deliveries
  return {
    at,
    version,
    server,
    startedAt,
    ready,
    load,
    parts,
    limits,
    metrics: {
      ...metricsOf(facts.work),
      feed_viewers: { connected: facts.work.connections['feed'] ?? 0, behind: facts.slowViewers },
      report_level: reportRate.level,
      report_interval_seconds: reportRate.reportMs / 1000,
      delivery_streams: { open, idle: deliveries.streams - open },
      delivery_observations_total: { received, duplicate: duplicates },
      delivery_missing_total: deliveries.missing,
      delivery_missing_ranges_total: deliveries.missingRanges,
      networks: core.networks,
      nodes: { other: core.nodes },
      blocks: core.blocks,
      core_inputs_total: core.inputs,
      core_errors_total: core.errors,
      ...(store && {
        store_up: 1,
        history_lag_seconds: store.lagMs / 1000,
        history_buffer_rows: store.pendingRows,
        history_buffer_bytes: store.bufferBytes,
        history_rows_total: { block: store.writtenRows },
        store_slowest_write_seconds: store.slowestWriteMs / 1000,
        store_errors_total: store.errors,
        history_shed_total: store.shed,
        ...(store.diskBytes !== null && { store_disk_bytes: store.diskBytes }),
        ...(store.files !== null && { store_files: store.files }),
      }),
    },
    processes: facts.processes.map(({ name, pid, at, work, ...one }) => ({
      name,
      pid,
      at,
      metrics: {
        ...metricsOf(work),
        process_start_time_seconds: { [name]: one.startedAt / 1000 },
        process_cpu_seconds_total: { [name]: { user: one.cpuMs / 1000 } },
        process_memory_bytes: { [name]: { resident: one.rssBytes } },
        ...(one.openFiles !== null && { process_open_files: { [name]: one.openFiles } }),
        ...(one.openFilesLimit !== null && { process_open_files_limit: { [name]: one.openFilesLimit } }),
        event_loop_delay_seconds: {
          [name]: { p50: one.loop.p50Ms / 1000, p99: one.loop.p99Ms / 1000, max: one.loop.maxMs / 1000 },
        },
      },
    })),
  }
}
