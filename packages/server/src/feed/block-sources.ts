/** Blocks as lists and as pages. */
import { compareBlocks } from '@netstats/protocol/feed'
import type { BlockDetail, BlockRow } from '@netstats/protocol/feed'
import { changedFields, isEqual } from './diff.ts'
import type { NetworkState } from './network-state.ts'
import type { Source } from './source.ts'

/** The newest blocks. A new block goes out at once; who else saw a known one, once a second. */
export const blocksSource = (network: NetworkState, limit: number): Source<'blocks'> => {
  let known = new Map<string, BlockRow>()
  let oldest = 0
  let urgency: 'no' | 'soon' | 'now' = 'now'
  return {
    paceMs: 1000,
    bytesPerSecond: 64 * 1024,
    note(dirty) {
      if (dirty.removedBlocks.size > 0 && urgency === 'no') urgency = 'soon'
      for (const hash of dirty.blocks) {
        if (known.has(hash)) urgency = urgency === 'now' ? 'now' : 'soon'
        else if (known.size < limit || (network.view.block(hash)?.number ?? -1) >= oldest) urgency = 'now'
      }
    },
    changed: () => urgency,
    read() {
      const rows = network.view.blocks(limit).map((row) => {
        const before = known.get(row.hash)
        return before !== undefined && isEqual(before, row) ? before : row
      })
      known = new Map(rows.map((row) => [row.hash, row]))
      const blocks = [...known.values()].sort(compareBlocks)
      oldest = blocks.at(-1)?.number ?? 0
      urgency = 'no'
      return { blocks }
    },
    diff(before, after) {
      const had = new Map(before.blocks.map((b) => [b.hash, b]))
      const has = new Set(after.blocks.map((b) => b.hash))
      const upsert = after.blocks.filter((b) => !isEqual(had.get(b.hash), b))
      const remove = before.blocks.filter((b) => !has.has(b.hash)).map((b) => b.hash)
      return upsert.length + remove.length === 0 ? undefined : { upsert, remove }
    },
    [Symbol.dispose]: () => undefined,
  }
}

/** One block with who saw it when. Late sights are sent alone, not with all who saw it before. */
export const blockSource = (network: NetworkState, hash: string): Source<'block'> => {
  let dirty = true
  return {
    paceMs: 1000,
    bytesPerSecond: 64 * 1024,
    note(what) {
      dirty ||= what.blocks.has(hash) || what.removedBlocks.has(hash)
    },
    changed: () => (dirty ? 'soon' : 'no'),
    read() {
      dirty = false
      return network.view.blockDetail(hash) ?? null
    },
    diff(before, after) {
      if (after === null) return before === null ? undefined : null
      const patch = changedFields(before, after)
      if (patch?.seenBy === undefined || before === null || !isHead(before.seenBy, after.seenBy)) return patch
      const { seenBy, ...fields } = patch
      return { ...fields, seen: seenBy.slice(before.seenBy.length) }
    },
    [Symbol.dispose]: () => undefined,
  }
}

const isHead = (before: BlockDetail['seenBy'], after: BlockDetail['seenBy']): boolean =>
  before.length <= after.length && before.every((one, i) => isEqual(one, after[i]))
