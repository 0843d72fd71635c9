/**
 * Hands the core's "what changed" to several readers. `takeDirty` of a network forgets what it told, so only this hub
 * calls it; every reader gets each change once, at its own pace. A reader that never takes holds at most one entry a
 * row: the sets are keyed by row, not by change.
 */
import type { Core, Dirty } from '../shard/model.ts'

export interface DirtyReader extends Disposable {
  /** What changed in a network since this reader's last take. */
  take(network: string): Dirty
}

export interface DirtyHub {
  reader(): DirtyReader
}

interface Pending {
  readonly nodes: Set<string>
  readonly removedNodes: Set<string>
  readonly blocks: Set<string>
  readonly removedBlocks: Set<string>
  summary: boolean
}

const nothing: Dirty = {
  nodes: new Set(),
  removedNodes: new Set(),
  blocks: new Set(),
  removedBlocks: new Set(),
  summary: false,
}

export const createDirtyHub = (core: Core): DirtyHub => {
  const readers = new Set<Map<string, Pending>>()

  return {
    reader() {
      const waiting = new Map<string, Pending>()
      readers.add(waiting)
      return {
        take(network) {
          const fresh = core.network(network)?.takeDirty() ?? nothing
          for (const other of readers) if (other !== waiting) merge(other, network, fresh)
          const kept = waiting.get(network)
          if (kept === undefined) return fresh
          waiting.delete(network)
          mergeInto(kept, fresh)
          return kept
        },
        [Symbol.dispose]() {
          readers.delete(waiting)
        },
      }
    },
  }
}

const merge = (waiting: Map<string, Pending>, network: string, fresh: Dirty): void => {
  if (!fresh.summary && fresh.nodes.size + fresh.removedNodes.size + fresh.blocks.size + fresh.removedBlocks.size === 0)
    return
  let into = waiting.get(network)
  if (into === undefined) {
    into = { nodes: new Set(), removedNodes: new Set(), blocks: new Set(), removedBlocks: new Set(), summary: false }
    waiting.set(network, into)
  }
  mergeInto(into, fresh)
}

const mergeInto = (into: Pending, fresh: Dirty): void => {
  mergeRows(into.nodes, into.removedNodes, fresh.nodes, fresh.removedNodes)
  mergeRows(into.blocks, into.removedBlocks, fresh.blocks, fresh.removedBlocks)
  into.summary ||= fresh.summary
}

// The later word wins: a row removed and back again is a changed row, one changed and then removed is gone.
const mergeRows = (
  changed: Set<string>,
  removed: Set<string>,
  freshChanged: ReadonlySet<string>,
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
