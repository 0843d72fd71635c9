/**
 * Sessions that report for one node: the client's own reporter and an agent on one machine, or ids that an operator has
 * merged. The core hears of the first that comes and the last that goes.
 */
import { ownerKey } from './session-record.ts'
import type { SessionRecord } from './session-record.ts'

export interface SharedNodes {
  /** True for the first session of its node. */
  join(record: SessionRecord): boolean
  /** True for the last session of its node. */
  leave(record: SessionRecord): boolean
  isAlone(record: SessionRecord): boolean
  /** Sessions of clients that call themselves by a name that is not their id. */
  calledBy(networkId: string | undefined, name: string): Iterable<SessionRecord>
}

/** A reporter of another protocol at the same address. */
export const isSameMachine = ({ login: a }: SessionRecord, { login: b }: SessionRecord): boolean =>
  a.protocol !== b.protocol && a.address !== null && a.address === b.address

/**
 * Whether what a client reports may count as the agent's: from its machine, and with no lesser right. A client that shows the
 * shared secret is one of yours; an agent with a token or key of its own is more than that.
 */
export const mayReportFor = (agent: SessionRecord, client: SessionRecord): boolean => {
  const by = agent.entry?.verdict.by
  return isSameMachine(agent, client) && (by === 'secret' || by === 'open' || client.entry?.verdict.by === 'token')
}

const nodeKey = ({ networkId, node }: SessionRecord): string => ownerKey(networkId, node)
const nameKey = ({ networkId, info }: SessionRecord): string => ownerKey(networkId, info.name)

export const createSharedNodes = (): SharedNodes => {
  const byNode = new Map<string, Set<SessionRecord>>()
  const byName = new Map<string, Set<SessionRecord>>()

  const add = (to: Map<string, Set<SessionRecord>>, key: string, record: SessionRecord): Set<SessionRecord> => {
    const set = to.get(key) ?? new Set()
    to.set(key, set.add(record))
    return set
  }
  const drop = (from: Map<string, Set<SessionRecord>>, key: string, record: SessionRecord): boolean => {
    const set = from.get(key)
    if (set?.delete(record) !== true || set.size > 0) return false
    return from.delete(key)
  }
  const goesByName = ({ login, id, info }: SessionRecord): boolean => login.agent === undefined && info.name !== id

  return {
    join(record) {
      if (goesByName(record)) add(byName, nameKey(record), record)
      return add(byNode, nodeKey(record), record).size === 1
    },
    leave(record) {
      if (goesByName(record)) drop(byName, nameKey(record), record)
      return drop(byNode, nodeKey(record), record)
    },
    isAlone: (record) => (byNode.get(nodeKey(record))?.size ?? 0) < 2,
    calledBy: (networkId, name) => byName.get(ownerKey(networkId, name)) ?? [],
  }
}
