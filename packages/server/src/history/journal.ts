/** Rows of what the core concludes: log lines, states of nodes, alarms, reorganisations. */
import type { Change } from '../shard/model.ts'
import type { NetworkBook, NodeBook } from './books.ts'
import type { Pending } from './pending.ts'

/** Severities of RFC 5424. */
const severities = { warning: 4, notice: 5, info: 6 } as const
type Severity = keyof typeof severities

export interface Journal {
  log(network: NetworkBook, node: NodeBook | undefined, severity: Severity, message: string, at: number): void
  state(node: NodeBook, state: 'active' | 'inactive' | 'removed', reason: string | null, at: number): void
  raise(node: NodeBook, message: string, at: number): void
  /** Where it is raised. */
  clear(node: NodeBook, message: string, at: number): void
  reorg(network: NetworkBook, change: Extract<Change, { type: 'head' }>): void
}

/** Type of the alarm. */
export const inactivity = 'node-inactive'

/** Why a node is inactive, for people. */
export const inactiveBecause = {
  disconnected: 'its connection ended',
  silent: 'it has not been heard of',
  reported: 'its reporter can not reach it',
} as const

export const createJournal = ({ into, nextSeq }: Pick<Pending, 'into' | 'nextSeq'>): Journal => {
  const alarm = (node: NodeBook, step: 'raised' | 'cleared', message: string, at: number): void => {
    into.alarm.add({
      at,
      seq: nextSeq(),
      network: node.network.name.key,
      node: node.name.key,
      alarm: `${inactivity}/${node.network.name.name}/${node.id}`,
      step,
      severity: severities.warning,
      type: inactivity,
      message,
    })
  }

  return {
    log(network, node, severity, message, at) {
      into.log.add({
        at,
        seq: nextSeq(),
        network: network.name.key,
        node: node?.name.key ?? null,
        severity: severities[severity],
        source: 'netstats',
        message,
      })
    },
    state(node, state, reason, at) {
      into.nodeState.add({
        at,
        seq: nextSeq(),
        network: node.network.name.key,
        node: node.name.key,
        state,
        reason,
        sessions: node.sessions,
        activeMs: node.activeMs,
      })
    },
    raise(node, message, at) {
      if (node.alarmed) return
      node.alarmed = true
      alarm(node, 'raised', message, at)
    },
    clear(node, message, at) {
      if (!node.alarmed) return
      node.alarmed = false
      alarm(node, 'cleared', message, at)
    },
    reorg(network, { at, number, hash, reorgDepth }) {
      into.reorg.add({ at, seq: nextSeq(), network: network.name.key, number, hash, depth: reorgDepth })
    },
  }
}
