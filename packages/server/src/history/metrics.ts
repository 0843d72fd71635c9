/** What the history tells of itself on `/metrics`. */
import { tables } from '@netstats/sdk/store'
import type { TableName } from '@netstats/sdk/store'
import type { Metrics } from '../self/metrics.ts'
import type { DiskUse } from './disk-use.ts'
import type { Keys } from './keys.ts'
import type { Pending } from './pending.ts'
import type { PruneCounts } from './prune.ts'
import type { OwnRecorder } from './recorder.ts'
import type { Writer } from './writer.ts'

export interface HistoryCounts {
  readonly pending: Pending
  readonly keys: Keys
  readonly writer: Pick<Writer, 'counts' | 'store'>
  readonly pruned: PruneCounts
  readonly disk: () => DiskUse | undefined
  readonly recorder: () => OwnRecorder | undefined
  /** Times the recorder failed; any is a defect. */
  readonly defects: () => number
}

export const registerHistoryMetrics = (metrics: Metrics, history: HistoryCounts): void => {
  const { pending, keys, writer, pruned } = history
  const { counts } = writer
  metrics.gauge('store_up', 'Whether the history can be read and written.', [], (add) =>
    add({}, writer.store === undefined ? 0 : 1),
  )
  metrics.counter('store_opens', 'Times the store was opened.', [], (add) => add({}, counts.opened))
  metrics.counter('store_errors', 'Failures of opening and writing, by code.', ['code'], (add) => {
    for (const [code, count] of counts.errors) add({ code }, count)
  })
  metrics.counter('store_batches', 'Batches written.', [], (add) => add({}, counts.batches))
  metrics.counter('store_write_seconds', 'Time spent writing batches.', [], (add) => add({}, counts.writeMs / 1000))
  metrics.gauge('store_slowest_write_seconds', 'The longest writing of a batch since the start.', [], (add) =>
    add({}, counts.slowestMs / 1000),
  )
  metrics.gauge('store_disk_bytes', 'Size of all files of the store; looked at once a minute.', [], (add) => {
    const use = history.disk()
    if (use !== undefined) add({}, use.bytes)
  })
  metrics.gauge('store_files', 'Files of the store.', [], (add) => {
    const use = history.disk()
    if (use !== undefined) add({}, use.files)
  })
  metrics.counter('store_pruned_files', 'Files dropped because they were past their retention.', [], (add) =>
    add({}, pruned.files),
  )
  metrics.counter('store_pruned_bytes', 'Their size.', [], (add) => add({}, pruned.bytes))
  metrics.counter('store_prune_failures', 'Times that failed.', [], (add) => add({}, pruned.failures))
  metrics.counter('history_rows', 'Rows written, by table.', ['table'], (add) => {
    for (const name of Object.keys(tables) as TableName[]) add({ table: tables[name].name }, counts.rows.get(name) ?? 0)
  })
  metrics.gauge('history_pending_rows', 'Rows that wait to be written.', [], (add) => add({}, pending.rows))
  metrics.gauge('history_pending_bytes', 'Their size, roughly.', [], (add) => add({}, pending.bytes))
  metrics.gauge('history_lag_seconds', 'How long the oldest row has waited to be written.', [], (add) =>
    add({}, pending.lag() / 1000),
  )
  metrics.gauge('history_rollups_closing', 'Sums of nodes and networks that wait to become rows.', [], (add) =>
    add({}, history.recorder()?.closing ?? 0),
  )
  metrics.counter('history_shed', 'Rows given up, by class and reason.', ['class', 'reason'], (add) => {
    for (const [rowClass, reasons] of Object.entries(pending.givenUp))
      for (const [reason, rows] of Object.entries(reasons)) add({ class: rowClass, reason }, rows)
  })
  metrics.counter('history_errors', 'What the recorder failed on; any is a defect.', [], (add) =>
    add({}, history.defects()),
  )
  metrics.gauge('history_names', 'Names that have a number in the store.', ['sort'], (add) => {
    add({ sort: 'network' }, keys.networks.size)
    add({ sort: 'node' }, keys.nodeCount)
    add({ sort: 'metric' }, keys.metrics.size)
  })
}
