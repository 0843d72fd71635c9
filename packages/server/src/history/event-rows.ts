/** Rows of what the core concludes: log lines, states of nodes, reorganisations. */
import type { Change } from '../shard/changes.ts'
import type { LogRows } from './log-rows.ts'
import type { NetworkEntry, NodeEntry } from './node-index.ts'
import type { RowBuffer } from './row-buffer.ts'

/** Severities of RFC 5424. */
const severities = { warning: 4, notice: 5, info: 6 } as const
type Severity = keyof typeof severities

export interface EventRows {
  log(network: NetworkEntry, node: NodeEntry | undefined, severity: Severity, message: string, at: number): void
  state(node: NodeEntry, state: 'active' | 'inactive' | 'removed', reason: string | null, at: number): void
  reorg(network: NetworkEntry, change: Extract<Change, { type: 'reorg' }>): void
}

/** Why a node is inactive, for people. */
export const inactiveBecause = {
  disconnected: 'its connection ended',
  silent: 'it has not been heard of',
  reported: 'its reporter cannot reach it',
} as const

/** What people know it by: the ids of some clients are keys of 130 digits. */
export const labelOf = ({ id, inventory }: NodeEntry): string => {
  const name = inventory === undefined || inventory.name === '' ? id : inventory.name
  return name.length > 42 && /^0x[0-9a-f]+$/i.test(name) ? `${name.slice(0, 10)}…${name.slice(-4)}` : name
}

export const createEventRows = ({ into }: Pick<RowBuffer, 'into'>, logRows: LogRows): EventRows => {
  return {
    log(network, node, severity, message, at) {
      logRows.add(network, node, { severity: severities[severity], source: 'netstats', message }, at)
    },
    state(node, state, reason, at) {
      into.nodeState.add({
        at,

        network: node.network.name.number,
        node: node.name.number,
        state,
        reason,
        sessions: node.sessions,
        activeMs: node.activeMs,
      })
    },
    reorg(network, { at, number, hash, depth }) {
      into.reorg.add({ at, network: network.name.number, number, hash, depth })
    },
  }
}
