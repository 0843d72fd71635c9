/** Log lines on their way to the store, and to those who follow them live. */
import type { Log } from '@netstats/protocol'
import type { NetworkEntry, NodeEntry } from './node-index.ts'
import type { OwnRecentLogs } from './recent-logs.ts'
import type { RowBuffer } from './row-buffer.ts'

export interface LogRows {
  add(network: NetworkEntry, node: NodeEntry | undefined, line: Log, at: number): void
}

export const createLogRows = ({ into }: Pick<RowBuffer, 'into'>, recent: Pick<OwnRecentLogs, 'add'>): LogRows => ({
  add(network, node, { severity, source, message, component = null, fields = null }, at) {
    into.log.add({
      at,
      network: network.name.number,
      node: node?.name.number ?? null,
      severity,
      source,
      message,
      component,
      fields: fields === null ? null : JSON.stringify(fields),
    })
    recent.add(network.name.name, { at, node: node?.id ?? null, severity, source, component, message, fields })
  },
})
