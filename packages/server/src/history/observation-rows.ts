/** What nodes say of themselves and of their machines becomes rows. Blocks come as reports, inventories from the core. */
import type { Observation } from '@netstats/protocol'
import type { LogRows } from './log-rows.ts'
import type { NodeEntry } from './node-index.ts'
import type { Rollups } from './rollup/rollups.ts'
import type { RowBuffer } from './row-buffer.ts'
import type { Samples } from './samples.ts'

export interface ObservationRowsContext {
  readonly rowBuffer: RowBuffer
  readonly rollups: Rollups
  readonly samples: Samples
  readonly logRows: LogRows
}

export interface ObservationRows {
  /** `at`: when it happened. */
  add(node: NodeEntry, observation: Observation, at: number): void
  /** Its rows and what they add to sums are in one batch, so that they agree whatever becomes of it. */
  addLate(node: NodeEntry, observation: Observation, seenAt: number): void
}

/** Sums of late rows that are added up before they are written: many at once would be felt. */
const maxLateSums = 1000

export const createObservationRows = ({
  rowBuffer,
  rollups,
  samples,
  logRows,
}: ObservationRowsContext): ObservationRows => {
  const { into } = rowBuffer
  const add: ObservationRows['add'] = (node, observation, at) => {
    const { body, kind } = observation
    const keysOf = { network: node.network.name.number, node: node.name.number }
    switch (kind) {
      case 'node-stats':
        return samples.stats(node, body, at)
      case 'latency':
        return samples.latency(node, body.latencyMs, at)
      case 'pending':
        return samples.pending(node, body.pending, at)
      case 'block-processing':
        return samples.processing(node, body.processingMs, at)
      case 'host':
        return samples.host(node, body, at)
      case 'metric':
        return samples.metric(node, body, at)
      case 'block':
      case 'node-info':
      case 'header':
        return
      case 'gap':
        into.gap.add({ at, ...keysOf, ...body })
        return
      case 'log':
        logRows.add(node.network, node, body, at)
        return
      case 'alarm':
        into.alarm.add({ at, ...keysOf, ...body, origin: 'node' })
        return
      case 'head-event': {
        const message = `${body.type}: ${body.removed.length} blocks left its chain, ${body.added.length} joined`
        logRows.add(node.network, node, { severity: 6, source: 'head-event', message }, at)
        return
      }
    }
  }
  return {
    add,
    addLate: (node, observation, seenAt) =>
      rowBuffer.atomically(() => {
        add(node, observation, seenAt)
        if (rollups.late > maxLateSums) rollups.flushLate()
      }),
  }
}
