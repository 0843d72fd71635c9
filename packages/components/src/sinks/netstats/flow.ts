/**
 * What the shipper has handed over and the server has not acknowledged yet, beside the stream of one session. Pure.
 *
 *        acked              position
 *   ───────┴───────────────────┴──────────────────▶ sequence
 *   settled   offered to the session   not offered yet
 *
 * It keeps no observation longer than the delivery that brought it: a delivery that is called off takes its own along.
 */
import type { WritableItem } from '@netstats/protocol/netstats'
import type { Delivery, Sequence } from '@netstats/sdk'

/** One delivery, its observations as they will be written. */
export interface Load {
  readonly spool: string
  readonly after: Sequence
  readonly items: readonly WritableItem[]
  readonly last: Sequence
}

export interface Offer {
  readonly after: Sequence
  readonly items: readonly WritableItem[]
}

export interface Flow {
  /** Takes a delivery in; `settle` is called once. */
  add(load: Load, settle: (delivery: Delivery) => void): void
  /** Forgets a delivery that was called off. */
  remove(load: Load): void
  /** The spool whose stream this is, as far as is known. */
  spool(): string | undefined
  /** Everything through this one was let go of, because it was acknowledged. */
  released(): Sequence
  /** A session began: the server has the stream through here. */
  begin(through: Sequence): void
  /** The next observations for the session, at most `room`. They count as offered. */
  next(room: number): Offer | undefined
  acknowledged(through: Sequence): void
  /** The session goes back: what follows `after` is offered again. */
  goBack(after: Sequence): void
  /** Settles everything that is under way. */
  fail(delivery: Delivery): void
  /** When the oldest observation was made that is not acknowledged. */
  oldestAt(): number | undefined
}

interface Entry {
  readonly load: Load
  readonly settle: (delivery: Delivery) => void
}

export const createFlow = (): Flow => {
  let entries: readonly Entry[] = []
  let spool: string | undefined
  let acked: Sequence = 0
  let position: Sequence = 0

  const settleAcked = (): void => {
    const done = entries.filter(({ load }) => load.last <= acked)
    if (done.length === 0) return
    entries = entries.filter(({ load }) => load.last > acked)
    for (const { settle } of done) settle({ status: 'delivered' })
  }

  return {
    add(load, settle) {
      if (load.spool !== spool) {
        // Sequences of another spool say nothing in this one.
        spool = load.spool
        acked = load.after
        position = load.after
      }
      if (load.last <= acked) return settle({ status: 'delivered' })
      entries = [...entries, { load, settle }]
    },
    remove(load) {
      entries = entries.filter((entry) => entry.load !== load)
    },
    spool: () => spool,
    // What was handed over first has what was settled before it.
    released: () => Math.max(acked, entries[0]?.load.after ?? 0),
    begin(through) {
      acked = Math.max(acked, through, entries[0]?.load.after ?? 0)
      position = acked
      settleAcked()
    },
    next(room) {
      if (room <= 0) return undefined
      for (const { load } of entries) {
        if (load.last <= position) continue
        // The one before it was called off and has to come first.
        if (load.after > position) return undefined
        const from = load.items.findIndex((item) => item.sequence > position)
        const items = load.items.slice(from, from + room)
        const after = position
        position = items.at(-1)?.sequence ?? position
        return items.length === 0 ? undefined : { after, items }
      }
      return undefined
    },
    acknowledged(through) {
      acked = Math.max(acked, through)
      position = Math.max(position, acked)
      settleAcked()
    },
    goBack(after) {
      position = Math.max(after, acked)
    },
    fail(delivery) {
      const all = entries
      entries = []
      for (const { settle } of all) settle(delivery)
    },
    oldestAt() {
      for (const { load } of entries) {
        const item = load.items.find((one) => one.sequence > acked)
        if (item) return item.observedAt
      }
      return undefined
    },
  }
}
