/** What an operator does to nodes and networks, no matter who asks: REST, the page or a command. */
import { unixMs } from '@netstats/protocol'
import type { UnixMs } from '@netstats/protocol'
import { AuthError } from '../auth/errors.ts'
import type { Actor, Audit } from '../auth/audit.ts'
import type { ListedNode, RosterAdmin } from '../auth/operation.ts'
import { baseKey, unknownKey } from '../shard/mod.ts'
import type { Core, NetworkView } from '../shard/shard-model.ts'
import type { CoreInput } from '../shard/inputs.ts'
import type { Merge, Roster } from './roster.ts'

interface Parts {
  readonly core: Pick<Core, 'network' | 'networks'>
  readonly roster: Roster
  readonly apply: (input: CoreInput) => void
  /** Sessions of these nodes go to where the core has put them. */
  readonly follow: () => void
  readonly audit: Pick<Audit, 'later'>
  readonly now: () => number
}

/** Nodes that can be listed, and moved to another network, at once. */
const maxListed = 1000
const maxMoved = 2000

// oxlint-disable-next-line max-lines-per-function -- each change takes the same steps: find the network or node, apply it, let sessions follow, note it in the audit
export const createRosterAdmin = ({ core, roster, apply, follow, audit, now }: Parts): RosterAdmin => {
  const at = (): UnixMs => unixMs(now())
  const viewOf = (key: string): NetworkView => {
    const view = core.network(key)
    if (view === undefined) throw new AuthError('AUTH_NETWORK_UNKNOWN', `No network "${key}" is known.`)
    return view
  }
  const nodeOf = (network: string, id: string) => {
    const node = viewOf(network).node(id)
    if (node === undefined) throw new AuthError('AUTH_NODE_UNKNOWN', `No node "${id}" is known on "${network}".`)
    return node
  }
  const inactive = (network: string, id: string): void => {
    if (nodeOf(network, id).state === 'inactive') return
    throw new AuthError(
      'AUTH_NODE_ACTIVE',
      `"${id}" is active and would come back at once: end its agent or client first, or keep it out with netstats agents ban.`,
    )
  }
  /** What the node says the id of its network is: on a network of several chains that need not be the network's. */
  const saidBy = (network: string, id: string): string =>
    core.network(network)?.record(id)?.info.networkId ?? unknownKey
  const mergesOn = (network: string): readonly Merge[] => {
    const own = viewOf(network).networkId ?? unknownKey
    return Array.from(roster.merges()).filter((one) => one.networkId === own || roster.hasKey(one.networkId, network))
  }
  const note = (actor: Actor, action: string, subject: string, detail = ''): void =>
    audit.later(actor, { action, subject, detail })

  const rekey = (view: NetworkView, key: string): number => {
    const { networkId, genesis, nodes } = view.summary()
    if (nodes > maxMoved) {
      throw new AuthError(
        'AUTH_TOO_MANY',
        `"${view.key}" has ${nodes} nodes; at most ${maxMoved} can be moved at once.`,
      )
    }
    const base = networkId ?? unknownKey
    roster.setKey(base, genesis, key)
    // Those that do not tell their genesis are where the chain is.
    if (view.key === base && genesis !== null) roster.setKey(base, null, key)
    apply({ type: 'rekeyed', at: at(), network: view.key })
    follow()
    return nodes
  }

  return {
    nodes(network, onlyInactive) {
      const views = network === undefined ? core.networks() : [viewOf(network)]
      const found: ListedNode[] = []
      for (const view of views) {
        for (const id of view.nodeIds()) {
          const cells = view.cells(id)
          if (cells === undefined || (onlyInactive && cells('state') === 'active')) continue
          if (found.length === maxListed) return found
          const [name, state, lastSeenAt] = [cells('name'), cells('state'), cells('lastSeenAt')]
          found.push({ network: view.key, id, name, state, lastSeenAt })
        }
      }
      return found
    },
    networks: () =>
      core.networks().map((view) => {
        const { key, networkId, genesis, nodes, active } = view.summary()
        return { key, networkId, genesis, nodes, active }
      }),
    rename(actor, { network, id, name }) {
      nodeOf(network, id)
      roster.setName(network, id, name ?? undefined)
      apply({ type: 'renamed', at: at(), network, node: id })
      note(actor, 'node.rename', `${network}/${id}`, name ?? '')
      return { changed: 1, network }
    },
    merge(actor, { network, id, into }) {
      nodeOf(network, into)
      nodeOf(network, id)
      if (id === into || roster.mergedInto(saidBy(network, into), into) !== undefined) {
        throw new AuthError('AUTH_ARGUMENT_INVALID', `"${into}" is no node that "${id}" could be merged into.`)
      }
      roster.setMerged(saidBy(network, id), id, into)
      // What was merged into it before goes along.
      for (const one of mergesOn(network)) if (one.into === id) roster.setMerged(one.networkId, one.node, into)
      // Sessions of it tell of the other one from now on.
      follow()
      apply({ type: 'removed', at: at(), network, node: id, evenActive: true })
      note(actor, 'node.merge', `${network}/${id}`, into)
      return { changed: 1, network }
    },
    remove(actor, { network, id }) {
      const merges = mergesOn(network).filter((one) => one.node === id)
      // One that was merged is in no list: its merge is what is left of it.
      if (merges.length === 0 || viewOf(network).node(id) !== undefined) inactive(network, id)
      roster.setName(network, id, undefined)
      for (const one of merges) roster.setMerged(one.networkId, id, undefined)
      apply({ type: 'removed', at: at(), network, node: id })
      note(actor, 'node.remove', `${network}/${id}`)
      return { changed: 1, network }
    },
    renameNetwork(actor, { network, key }) {
      const view = viewOf(network)
      if (core.network(key) !== undefined) {
        throw new AuthError('AUTH_NETWORK_EXISTS', `There is a network "${key}"; merge into it, or take another key.`)
      }
      if (isOfAnother(key, view.networkId)) {
        throw new AuthError(
          'AUTH_ARGUMENT_INVALID',
          `"${key}" is the id of another network, or begins with it: its nodes would come to this one.`,
        )
      }
      const changed = rekey(view, key)
      note(actor, 'network.rename', network, key)
      return { changed, network: key }
    },
    mergeNetwork(actor, { network, into }) {
      const view = viewOf(network)
      viewOf(into)
      if (network === into) throw new AuthError('AUTH_ARGUMENT_INVALID', 'A network cannot be merged into itself.')
      const changed = rekey(view, into)
      note(actor, 'network.merge', network, into)
      return { changed, network: into }
    },
    removeNetwork(actor, { network }) {
      const view = viewOf(network)
      const ids = [...view.nodeIds()]
      for (const id of ids) inactive(network, id)
      for (const id of ids) apply({ type: 'removed', at: at(), network, node: id })
      note(actor, 'network.remove', network)
      return { changed: ids.length, network: null }
    },
  }
}

/** Keys that the server itself gives to chains of another network id. */
const isOfAnother = (key: string, networkId: string | null): boolean => {
  const [, id] = /^(\d+)(?:-[0-9a-f]{8,})?$/.exec(key) ?? []
  return id !== undefined && baseKey(id) !== (networkId ?? unknownKey)
}
