/** Streams by their names and by their numbers, and how many there may be. */
import type { StoredDelivery } from '@netstats/sdk/store'
import type { Completeness, DeliveryStream, StreamId } from './deliveries-model.ts'
import { missedOf, noneMissed } from './missed.ts'
import type { Missed } from './missed.ts'

/** What is counted of a stream, and stands in its rows. A new object for each change: chunks keep what they wrote. */
export interface Totals {
  readonly received: number
  readonly duplicates: number
  readonly holes: number
  readonly missed: Missed
}

export interface Stream extends DeliveryStream {
  network: string
  readonly number: number
  durable: number
  applied: number
  /** That have it open: while one takes it over from another there are two. */
  sessions: number
  /** The chunk that is open now has something of it. */
  touched: boolean
  /** That chunk is to name it, as a part of a list of all. */
  listed: boolean
  /** The store has its names. */
  named: boolean
  totals: Totals
  /** As of what is durable. */
  kept: Totals
  firstAt: number
  takenAt: number
  lagMs: number | null
  clock: { readonly offsetMs: number; readonly errorMs: number } | undefined
}

export interface StreamTable {
  find(id: StreamId): Stream | undefined
  /** Undefined where there are too many, all of them in use. */
  add(id: StreamId, at: number): Stream | undefined
  /** One that the store has; of two with the same names the later counts. */
  restore(row: StoredDelivery, names: { readonly network: string; readonly node: string }): void
  forget(stream: Stream): void
  /** By ascending number; new ones join at the end while it is gone through. */
  all(): IterableIterator<Stream, undefined>
  readonly size: number
}

export interface StreamLimits {
  /** Of all agents. */
  readonly streams: number
  /** Of one agent and node: who begins a new spool again and again pushes out only what is its own. */
  readonly spools: number
  /** Rows of a list of all streams in one chunk: more would be felt. */
  readonly listed: number
}

export const defaultStreamLimits: StreamLimits = { streams: 250_000, spools: 8, listed: 2000 }

const none: Totals = { received: 0, duplicates: 0, holes: 0, missed: noneMissed }

export const createStreamTable = (limits: StreamLimits = defaultStreamLimits): StreamTable => {
  /** By agent and node, then by spool. */
  const families = new Map<string, Map<string, Stream>>()
  const streams = new Map<number, Stream>()
  let next = 1
  const familyOf = ({ agent, node }: Pick<StreamId, 'agent' | 'node'>): string => JSON.stringify([agent, node])

  const place = (stream: Stream): Stream => {
    const family = families.get(familyOf(stream)) ?? new Map<string, Stream>()
    families.set(familyOf(stream), family)
    family.set(stream.spool, stream)
    streams.set(stream.number, stream)
    next = Math.max(next, stream.number + 1)
    return stream
  }

  const forget = (stream: Stream): void => {
    streams.delete(stream.number)
    const family = families.get(familyOf(stream))
    if (family?.get(stream.spool) === stream) family.delete(stream.spool)
    if (family?.size === 0) families.delete(familyOf(stream))
  }

  const make = (id: StreamId, number: number, at: number): Stream => ({
    agent: id.agent,
    network: id.network,
    node: id.node,
    spool: id.spool,
    number,
    durable: 0,
    applied: 0,
    sessions: 0,
    touched: false,
    listed: false,
    named: false,
    totals: none,
    kept: none,
    firstAt: at,
    takenAt: at,
    lagMs: null,
    clock: undefined,
  })

  /** Makes room where nothing is under way: of what stands idle, that which has done so longest goes. */
  const forgetIdle = (among: Iterable<Stream>): boolean => {
    let oldest: Stream | undefined
    for (const one of among)
      if (one.sessions === 0 && one.applied === one.durable && one.takenAt < (oldest?.takenAt ?? Infinity)) oldest = one
    if (oldest !== undefined) forget(oldest)
    return oldest !== undefined
  }

  return {
    find: (id) => families.get(familyOf(id))?.get(id.spool),
    add(id, at) {
      const family = families.get(familyOf(id))
      if (family !== undefined && family.size >= limits.spools && !forgetIdle(family.values())) return undefined
      if (streams.size >= limits.streams && !forgetIdle(streams.values())) return undefined
      return place(make(id, next, at))
    },
    restore(row, names) {
      const { agent, spool, through, takenAt, firstAt, received, duplicates, holes } = row
      const id = { agent, spool, ...names }
      const known = families.get(familyOf(id))?.get(spool)
      if (known !== undefined && known.durable >= through) return
      if (known !== undefined) forget(known)
      const totals = { received, duplicates, holes, missed: missedOf(row.missed) }
      const stream = make(id, row.stream, firstAt)
      place(Object.assign(stream, { durable: through, applied: through, named: true, totals, kept: totals, takenAt }))
    },
    forget,
    all: () => streams.values(),
    get size() {
      return streams.size
    },
  }
}

export const completenessOf = (stream: Stream): Completeness => ({
  agent: stream.agent,
  network: stream.network,
  node: stream.node,
  spool: stream.spool,
  number: stream.number,
  open: stream.sessions > 0,
  durable: stream.durable,
  applied: stream.applied,
  received: stream.totals.received,
  duplicates: stream.totals.duplicates,
  missing: stream.totals.missed.list,
  holes: stream.totals.holes,
  firstAt: stream.firstAt,
  lastAt: stream.takenAt,
  lagMs: stream.lagMs,
  offsetMs: stream.clock?.offsetMs ?? null,
  errorMs: stream.clock?.errorMs ?? null,
})
