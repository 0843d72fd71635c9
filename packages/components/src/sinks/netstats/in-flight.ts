/**
 * What the shipper has handed over and the server has not acknowledged yet, beside the stream of one session. Pure.
 *
 *      released       acked              position
 *   ──────┴─────────────┴───────────────────┴──────────────────▶ sequence
 *    settled  acknowledged  offered to the session  not offered yet
 *
 * Only what is settled is released. A delivery of which a part is acknowledged is kept whole, for a server that turns out to
 * have less than it has acknowledged.
 *
 * It keeps no observation longer than the delivery that brought it: a delivery that is called off takes its own along.
 */
import type { WritableItem } from '@netstats/protocol/netstats'
import type { Delivery, Sequence } from '@netstats/sdk'

/** One delivery, its observations as they will be written. */
export interface Load {
  readonly spool: string
  readonly after: Sequence
  /** Observations of the stream through `after`. */
  readonly before: number
  readonly items: readonly WritableItem[]
  readonly last: Sequence
}

export interface Offer {
  readonly after: Sequence
  readonly before: number
  readonly items: readonly WritableItem[]
}

export interface InFlight {
  /** Takes a delivery in; `settle` is called once. */
  add(load: Load, settle: (delivery: Delivery) => void): void
  /** Forgets a delivery that was called off. */
  remove(load: Load): void
  /** The spool whose stream this is, as far as is known. */
  spool(): string | undefined
  /** Everything through this sequence was released because it was acknowledged, and how many observations of the stream that is. */
  released(): { readonly after: Sequence; readonly acknowledged: number }
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

// oxlint-disable-next-line max-lines-per-function -- its methods move the same few places in one stream
export const createInFlight = (): InFlight => {
  let entries: readonly Entry[] = []
  let spool: string | undefined
  let released = { after: 0, acknowledged: 0 }
  let acked: Sequence = 0
  let position: Sequence = 0

  const releaseThrough = ({ last, before, items }: Load): void => {
    if (last > released.after) released = { after: last, acknowledged: before + items.length }
  }

  const settleAcked = (): void => {
    const done = entries.filter(({ load }) => load.last <= acked)
    if (done.length === 0) return
    entries = entries.filter(({ load }) => load.last > acked)
    for (const { load, settle } of done) {
      releaseThrough(load)
      settle({ status: 'delivered' })
    }
  }

  return {
    add(load, settle) {
      const isOther = load.spool !== spool
      spool = load.spool
      // Sequences of another spool say nothing in this one, and what a spool gives up it does not hand over.
      if (isOther || (entries.length === 0 && load.after > released.after)) {
        released = { after: load.after, acknowledged: load.before }
        acked = isOther ? load.after : Math.max(acked, load.after)
        position = isOther ? load.after : Math.max(position, acked)
      }
      if (load.last <= acked) {
        releaseThrough(load)
        return settle({ status: 'delivered' })
      }
      entries = [...entries, { load, settle }]
    },
    remove(load) {
      entries = entries.filter((entry) => entry.load !== load)
    },
    spool: () => spool,
    released: () => released,
    begin(through) {
      acked = Math.max(released.after, through)
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
        return items.length === 0 ? undefined : { after, before: load.before + from, items }
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
