/** An agent's spool as a list: what the sessions' agent reads from, and what the store is compared with. */
import type { WritableItem } from '../messages.ts'

export interface SpoolModel {
  readonly id: string
  /** Everything that was ever observed, in order. */
  readonly produced: readonly WritableItem[]
  /** Sequences the spool gave up for want of room before they were acknowledged. */
  readonly dropped: ReadonlySet<number>
  /** Settled, as the running agent knows it, and as a restart would find it. */
  readonly cursor: number
  readonly last: number
  produce(item: (sequence: number) => WritableItem, gap: number): void
  commit(through: number): void
  /** The cursor reaches the disk. Only then are its observations freed. */
  save(): void
  /** The agent dies: what was not saved of the cursor is gone. */
  restart(): void
  dropOldest(count: number): void
  read(after: number, count: number): readonly WritableItem[]
}

export const createSpoolModel = (id: string): SpoolModel => {
  const produced: WritableItem[] = []
  const dropped = new Set<number>()
  let last = 0
  let cursor = 0
  let saved = 0
  const held = (): readonly WritableItem[] =>
    produced.filter(({ sequence }) => sequence > saved && !dropped.has(sequence))
  return {
    id,
    produced,
    dropped,
    get cursor() {
      return cursor
    },
    get last() {
      return last
    },
    produce: (item, gap) => {
      last += 1 + gap
      produced.push(item(last))
    },
    commit: (through) => {
      if (through <= cursor) throw new Error(`committed ${through} after ${cursor}`)
      if (through > last) throw new Error(`committed ${through}, and the spool ends at ${last}`)
      cursor = through
    },
    save: () => {
      saved = cursor
    },
    restart: () => {
      cursor = saved
    },
    dropOldest: (count) => {
      const oldest = held().filter(({ sequence }) => sequence > cursor)
      for (const { sequence } of oldest.slice(0, count)) dropped.add(sequence)
    },
    read: (after, count) =>
      held()
        .filter(({ sequence }) => sequence > after)
        .slice(0, count),
  }
}
