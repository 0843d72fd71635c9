import { randomBytes } from 'node:crypto'
import type { Ledger } from './draft.ts'
import { checkpointsOf } from './checkpoints.ts'
import { loadDrops } from './drops.ts'
import { beginLife, firstLife, firstOf } from './lives.ts'
import type { LoadedSpool, SpoolStorage } from './storage.ts'

const everyBit = 2 ** 30 - 1
export const newSpoolId = (): string => randomBytes(16).toString('hex')

/** What a storage holds, with the life that begins with this opening. */
export const loadLedger = (loaded: LoadedSpool, storage: SpoolStorage, now: number): Ledger => {
  const { state, last } = loaded
  // Also where its state is older than its rows: no sequence may come twice.
  const nextBefore = Math.max(state?.next ?? 0, last + 1)
  const next = firstOf(now, nextBefore)
  const lived = state?.lives ?? []
  return {
    // Nothing can be read before a reader was registered, and that saves the id.
    spool: state?.spool ?? newSpoolId(),
    since: 0,
    // Rows and the life they are of are saved in one transaction.
    lives: beginLife(lived.length === 0 && last > 0 ? [{ life: firstLife, from: 1 }] : lived, nextBefore),
    next,
    rows: loaded.rows,
    readers: new Map(
      loaded.readers.map((one) => [
        one.name,
        { ...one, backlog: storage.count(one.cursor, Number.MAX_SAFE_INTEGER, one.bit) },
      ]),
    ),
    drops: loadDrops(loaded.drops),
    checkpoints: checkpointsOf(loaded.checkpoints),
    toFree: [],
    // Where it is not known which reader had which bit, each is wiped before it is used.
    usedBits: state?.usedBits ?? (last > 0 ? everyBit : 0),
  }
}
