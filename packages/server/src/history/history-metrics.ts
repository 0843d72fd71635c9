/** What the history counts and measures. */
import { tables } from '@netstats/store'
import type { TableName } from '@netstats/store'
import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { DiskUse } from './disk-use.ts'
import type { FileWatch } from './file-watch.ts'
import type { NameIds } from './name-ids.ts'
import type { RowBuffer } from './row-buffer.ts'
import type { PruneCounts } from './prune.ts'
import type { OwnRecorder } from './recorder.ts'
import type { Writer } from './writer.ts'

export interface HistoryCounts {
  readonly rowBuffer: RowBuffer
  readonly names: NameIds
  readonly writer: Pick<Writer, 'counts' | 'store'>
  readonly pruned: PruneCounts
  readonly disk: () => DiskUse | undefined
  readonly files: Pick<FileWatch, 'counts'>
  readonly recorder: () => OwnRecorder | undefined
  /** Times the recorder failed; any is a defect. */
  readonly defects: () => number
}

export const registerHistoryMetrics = (registry: MetricsRegistry, history: HistoryCounts): void => {
  const { rowBuffer, names, writer, pruned } = history
  const { counts } = writer
  registry.gauge('store_up', 'Whether the history can be read and written.', [], () =>
    writer.store === undefined ? 0 : 1,
  )
  registry.counter('store_opens_total', 'Times the store was opened.', [], () => counts.opened)
  registry.counter('store_errors_total', 'Failures of opening and writing, by code.', ['code'], () => counts.errors)
  registry.counter('store_batches_total', 'Batches written.', [], () => counts.batches)
  registry.counter('store_write_seconds_total', 'Time spent writing batches.', [], () => counts.writeMs / 1000)
  registry.gauge(
    'store_slowest_write_seconds',
    'The longest writing of a batch since the start.',
    [],
    () => counts.slowestMs / 1000,
  )
  registry.gauge(
    'store_disk_bytes',
    'Size of all files of the store; looked at once a minute.',
    [],
    () => history.disk()?.bytes,
  )
  registry.gauge('store_files', 'Files of the store.', [], () => history.disk()?.files)
  registry.gauge('store_troubled_files', 'Files of the store that are not as they were left.', ['what'], () => ({
    ...history.files.counts,
  }))
  registry.counter(
    'store_pruned_files_total',
    'Files dropped because they were past their retention.',
    [],
    () => pruned.files,
  )
  registry.counter('store_pruned_bytes_total', 'Their size.', [], () => pruned.bytes)
  registry.counter('store_prune_failures_total', 'Times that failed.', [], () => pruned.failures)
  registry.counter('history_rows_total', 'Rows written, by table.', ['table'], () =>
    Object.fromEntries(
      (Object.keys(tables) as TableName[]).map((name) => [tables[name].name, counts.rows.get(name) ?? 0]),
    ),
  )
  registry.gauge('history_buffer_rows', 'Rows that wait to be written.', [], () => rowBuffer.rows)
  registry.gauge('history_buffer_bytes', 'Their size, roughly.', [], () => rowBuffer.bytes)
  registry.gauge(
    'history_lag_seconds',
    'How long the oldest row has waited to be written.',
    [],
    () => rowBuffer.lag() / 1000,
  )
  registry.gauge(
    'history_rollups_closing',
    'Sums of nodes and networks that wait to become rows.',
    [],
    () => history.recorder()?.closing ?? 0,
  )
  registry.counter(
    'history_shed_total',
    'Rows given up, by class and reason.',
    ['class', 'reason'],
    () => rowBuffer.givenUp,
  )
  registry.counter('history_errors_total', 'What the recorder failed on; any is a defect.', [], history.defects)
  registry.gauge('history_names', 'Names that have a number in the store.', ['sort'], () => ({
    network: names.networks.size,
    node: names.nodeCount,
    metric: names.metrics.size,
  }))
}
