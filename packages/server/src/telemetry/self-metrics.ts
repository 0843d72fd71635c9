/** Of what a server measures of itself what its sinks are given, as metrics of the node `server`. */
import type { Metric } from '@netstats/protocol'
import { totalOf } from '../lib/tally.ts'
import type { MetricsRegistry, Values } from './registry.ts'

type ReadValue = (values: Values) => number

const inside =
  (...path: readonly string[]): ReadValue =>
  (values) => {
    let at: Values | undefined = values
    for (const name of path) at = typeof at === 'object' ? at[name] : undefined
    return at === undefined ? 0 : totalOf(at)
  }

/** Of several processes the sum. */
const ofEach =
  (name: string): ReadValue =>
  (values) =>
    typeof values === 'number' ? 0 : Object.values(values).reduce((sum: number, one) => sum + inside(name)(one), 0)

/** Name of the metric, that of the registry it is made from, and which of its values. */
const table: readonly (readonly [name: string, from: string, read: ReadValue])[] = [
  ['memoryBytes', 'process_memory_bytes', ofEach('resident')],
  ['cpuSeconds', 'process_cpu_seconds_total', totalOf],
  ['loopDelaySeconds', 'event_loop_delay_seconds', inside('server', 'p99')],
  ['openFiles', 'process_open_files', totalOf],
  ['queueItems', 'queue_items', totalOf],
  ['queueBytes', 'queue_bytes', totalOf],
  ['queueShed', 'queue_shed_total', totalOf],
  ['sessions', 'sessions', inside('registered')],
  ['viewers', 'feed_viewers', totalOf],
  ['storeLagSeconds', 'history_lag_seconds', totalOf],
  ['storeBufferBytes', 'history_buffer_bytes', totalOf],
  ['storeDiskBytes', 'store_disk_bytes', totalOf],
  ['sinkBacklog', 'sink_backlog_observations', totalOf],
  ['spoolDropped', 'spool_dropped_total', totalOf],
]

export const serverSelfMetrics = ({ value }: Pick<MetricsRegistry, 'value'>): readonly Metric[] =>
  table.map(([name, from, read]) => ({ name: `netstats.server.${name}`, value: read(value(from)) }))
