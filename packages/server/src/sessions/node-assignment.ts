/**
 * Which node and which network a session reports for: that of an agent on its machine, the one it was merged into, or its
 * own; and where both are when its node says something new of itself.
 */
import { nodeId } from '@netstats/protocol'
import type { NodeInfo, Observation, UnixMs } from '@netstats/protocol'
import { unknownKey } from '../shard/mod.ts'
import type { SessionRegistryOptions } from './registry-options.ts'
import type { Ownership } from './ownership.ts'
import { endSession, ownerKey } from './session-record.ts'
import type { SessionRecord } from './session-record.ts'
import { createSharedNodes, mayReportFor } from './shared-nodes.ts'

export interface NodeAssignment {
  /** Gives the session its node and network, and announces the node where it is the first; false where its network is full. */
  enter(record: SessionRecord, at: UnixMs): boolean
  /** True where it was the last session of its node. */
  leave(record: SessionRecord): boolean
  /** The core may have put the node into another network; its session ends where that one is full. */
  follow(record: SessionRecord): void
  /** An operator has decided something: the session goes to where its node is now. */
  review(record: SessionRecord, at: UnixMs): void
  /**
   * A second hello is news of the node. One that names another network takes the node there; where that is a matter of who
   * owns the id, the session ends, because only a login settles that.
   */
  nodeInfo(record: SessionRecord, at: UnixMs, info: NodeInfo): void
  observe(record: SessionRecord, at: UnixMs, kind: Observation['kind'], body: Observation['body']): void
}

// oxlint-disable-next-line max-lines-per-function -- to join, to move and to adopt clients change one table of which sessions share a node
export const createNodeAssignment = (
  { authenticator, apply, networkOf, mergedInto }: SessionRegistryOptions,
  ownership: Ownership,
): NodeAssignment => {
  const nodes = createSharedNodes()

  const observe: NodeAssignment['observe'] = (record, at, kind, body) => {
    const observation = { kind, node: nodeId(record.node), observedAt: at, body } as Observation
    apply({ type: 'observation', at, network: record.network, observation })
  }

  const mergedNodeOf = ({ networkId, id }: SessionRecord): string | undefined =>
    mergedInto?.(networkId ?? unknownKey, id)

  const nodeFor = (record: SessionRecord): string => {
    const { networkId, id, info, login } = record
    const merged = mergedNodeOf(record)
    if (merged !== undefined) return merged
    if (login.agent !== undefined || info.name === id) return id
    const agent = ownership.ownerOf(ownerKey(networkId, info.name))
    return agent?.login.agent !== undefined && mayReportFor(agent, record) ? agent.node : id
  }

  const join = (record: SessionRecord, at: UnixMs): void => {
    const { node, info, login } = record
    if (nodes.join(record)) apply({ type: 'connected', at, node, info, address: login.address })
  }

  const follow: NodeAssignment['follow'] = (record) => {
    const network = networkOf(record.node, record.networkId)
    if (network === undefined) endSession(record, 'moved')
    else record.network = network
  }

  /** It reports for another node from now on; the one before is no node of its own. */
  const moveTo = (record: SessionRecord, node: string, at: UnixMs): void => {
    if (nodes.leave(record)) {
      apply({ type: 'disconnected', at, node: record.node, network: record.network })
      apply({ type: 'removed', at, node: record.node, network: record.network, evenActive: true })
    }
    record.node = node
    join(record, at)
    follow(record)
  }

  /** An agent, whose word on who the node is counts more, has come to where its client may report for itself already. */
  const adoptClients = (agent: SessionRecord, at: UnixMs): void => {
    if (!nodes.isAlone(agent)) observe(agent, at, 'node-info', agent.info)
    const clients = Array.from(nodes.calledBy(agent.networkId, agent.id))
    for (const one of clients) if (one.node !== agent.node && mayReportFor(agent, one)) moveTo(one, agent.node, at)
  }

  /** Another network has rules of its own: a token may be bound to the first one, and the name belong to somebody in the second. */
  const mayMove = (record: SessionRecord, networkId: string | undefined, at: UnixMs): boolean => {
    if (record.entry === undefined) return false
    const attempt = { ...record.entry.attempt, networkId, at }
    const verdict = authenticator.authenticate(attempt)
    if (!verdict.ok) return false
    authenticator.left(record.entry.attempt, at)
    authenticator.entered(attempt, verdict)
    record.entry = { attempt, verdict }
    return true
  }

  return {
    enter(record, at) {
      record.node = nodeFor(record)
      join(record, at)
      const network = networkOf(record.node, record.networkId)
      if (network === undefined) {
        nodes.leave(record)
        return false
      }
      record.network = network
      if (record.login.agent !== undefined) adoptClients(record, at)
      return true
    },
    leave: (record) => nodes.leave(record),
    follow,
    review(record, at) {
      const node = nodeFor(record)
      // What the reporters of a machine have in common is settled when they come.
      if (node !== record.node && mergedNodeOf(record) === node) moveTo(record, node, at)
      else follow(record)
    },
    nodeInfo(record, at, info) {
      const networkId = info.networkId ?? record.networkId
      const isLeading = record.login.agent !== undefined || nodes.isAlone(record)
      nodes.leave(record)
      if (networkId !== record.networkId) {
        if (!mayMove(record, networkId, at) || !ownership.rename(record, ownerKey(networkId, record.id))) {
          nodes.join(record)
          return endSession(record, 'moved')
        }
        record.networkId = networkId
      }
      record.info = info
      nodes.join(record)
      // Of several, the agent says who the node is.
      if (isLeading) observe(record, at, 'node-info', info)
      follow(record)
    },
    observe,
  }
}
