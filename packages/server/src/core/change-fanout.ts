/**
 * Hands the core's "what changed" to several readers. `takeDirty` of a network forgets what it told, so only this hub
 * calls it; every reader gets each change once, at its own pace. A reader is given a network from its first take on:
 * what came before it sees by looking. One that takes and then never comes back holds what was removed since, so it
 * has to say when it looks away.
 */
import type { Core, NetworkView } from '../shard/shard-model.ts'
import { noChanges } from '../shard/change-set.ts'
import type { ChangeSet, Names } from '../shard/change-set.ts'

export interface ChangeReader extends Disposable {
  /** What changed in a network since this reader's last take. */
  take(network: string): ChangeSet
  /** Nothing is kept of a network until the next take. Networks that are gone need no word. */
  leave(network: string): void
}

export interface ChangeFanout {
  reader(): ChangeReader
}

interface Pending {
  /** Of no meaning where all nodes changed. */
  readonly some: Set<string>
  all: Names | undefined
  readonly removedNodes: Set<string>
  readonly blocks: Set<string>
  readonly removedBlocks: Set<string>
  summary: boolean
}

/** What waits for one reader, of each network it looks at; undefined where nothing does. Goes with the network. */
type Waiting = WeakMap<NetworkView, Pending | undefined>

export const createChangeFanout = (core: Pick<Core, 'network'>): ChangeFanout => {
  const readers = new Set<Waiting>()

  return {
    reader() {
      const waiting: Waiting = new WeakMap()
      readers.add(waiting)
      return {
        take(network) {
          const view = core.network(network)
          if (view === undefined) return noChanges
          const fresh = view.takeChangeSet()
          for (const other of readers) if (other !== waiting && other.has(view)) merge(other, view, fresh)
          const kept = waiting.get(view)
          waiting.set(view, undefined)
          if (kept === undefined) return fresh
          mergeInto(kept, fresh)
          return changeSetOf(kept)
        },
        leave(network) {
          const view = core.network(network)
          if (view !== undefined) waiting.delete(view)
        },
        [Symbol.dispose]() {
          readers.delete(waiting)
        },
      }
    },
  }
}

const merge = (waiting: Waiting, view: NetworkView, fresh: ChangeSet): void => {
  if (!fresh.summary && fresh.nodes.size + fresh.removedNodes.size + fresh.blocks.size + fresh.removedBlocks.size === 0)
    return
  let into = waiting.get(view)
  if (into === undefined) {
    into = emptyPending()
    waiting.set(view, into)
  }
  mergeInto(into, fresh)
}

const emptyPending = (): Pending => ({
  some: new Set(),
  all: undefined,
  removedNodes: new Set(),
  blocks: new Set(),
  removedBlocks: new Set(),
  summary: false,
})

const changeSetOf = ({ some, all, ...rest }: Pending): ChangeSet => ({
  ...rest,
  nodes: all ?? some,
  allNodes: all !== undefined,
})

const mergeInto = (into: Pending, fresh: ChangeSet): void => {
  if (fresh.allNodes) {
    into.all = fresh.nodes
    into.some.clear()
  }
  if (into.all === undefined) mergeRows(into.some, into.removedNodes, fresh.nodes, fresh.removedNodes)
  else {
    for (const id of fresh.removedNodes) into.removedNodes.add(id)
    // Nodes that are back are among those that there are.
    for (const id of into.removedNodes) if (into.all.has(id)) into.removedNodes.delete(id)
  }
  mergeRows(into.blocks, into.removedBlocks, fresh.blocks, fresh.removedBlocks)
  into.summary ||= fresh.summary
}

// The later word wins: a row removed and back again is a changed row, one changed and then removed is gone.
const mergeRows = (
  changed: Set<string>,
  removed: Set<string>,
  freshChanged: Names,
  freshRemoved: ReadonlySet<string>,
): void => {
  for (const id of freshRemoved) {
    changed.delete(id)
    removed.add(id)
  }
  for (const id of freshChanged) {
    removed.delete(id)
    changed.add(id)
  }
}
