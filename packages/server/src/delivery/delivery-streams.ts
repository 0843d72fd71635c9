/** Streams by their names and by their numbers, and how many there may be. */
import { noPlace, readLineage } from '@netstats/protocol/netstats'
import type { Place } from '@netstats/protocol/netstats'
import type { Completeness, DeliveryStream, Greeting, ResumePoint, StreamId } from './delivery-model.ts'
import { missedOf, noneMissed } from './missing-ranges.ts'
import type { Missed } from './missing-ranges.ts'

/** What is counted of a stream. A new object for each change: batches keep what they wrote. */
export interface Totals {
  readonly received: number
  readonly duplicates: number
  readonly missingRanges: number
  readonly elsewhere: number
  readonly missed: Missed
}

export interface Stream extends DeliveryStream {
  network: string
  readonly number: number
  durable: number
  applied: number
  /** More of the same, as of the last batch, and as of what is durable. */
  place: Place
  keptPlace: Place
  greeting: Greeting
  welcome: DeliveryStream['welcome']
  /** That have it open: while one takes it over from another there are two. */
  sessions: number
  /** The open batch has something of it. */
  touched: boolean
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
  /** Adds a stream that the store has. */
  restore(point: ResumePoint): void
  forget(stream: Stream): void
  has(stream: Stream): boolean
  hasNumber(number: number): boolean
  /** Another branch of the spool goes on in the stream's place and under its number. */
  part(stream: Stream, at: Place): Stream
  /** By ascending number; new ones join at the end while it is gone through. */
  all(): IterableIterator<Stream, undefined>
  readonly size: number
}

export interface StreamLimits {
  /** Of all agents. */
  readonly streams: number
  /** Of one agent and node: an agent that begins one spool after another pushes out only its own. */
  readonly spools: number
}

export const defaultStreamLimits: StreamLimits = { streams: 250_000, spools: 8 }

const none: Totals = { received: 0, duplicates: 0, missingRanges: 0, elsewhere: 0, missed: noneMissed }

/** Of agents from before there were lives, and of tests. */
export const noGreeting: Greeting = { lives: [{ life: noPlace.life, from: 1 }], after: 0, acknowledged: 0 }

const newStream = (id: StreamId, number: number, at: number): Stream => ({
  agent: id.agent,
  network: id.network,
  node: id.node,
  spool: id.spool,
  number,
  durable: 0,
  applied: 0,
  place: noPlace,
  keptPlace: noPlace,
  greeting: noGreeting,
  welcome: { how: 'unknown', seen: undefined, doubt: undefined },
  sessions: 0,
  touched: false,
  totals: none,
  kept: none,
  firstAt: at,
  takenAt: at,
  lagMs: null,
  clock: undefined,
})

/** `onForgotten` hears of every stream that goes. */
export const createStreamTable = (
  limits: StreamLimits = defaultStreamLimits,
  onForgotten: (stream: Stream) => void = () => undefined,
): StreamTable => {
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

  const remove = (stream: Stream): void => {
    streams.delete(stream.number)
    const family = families.get(familyOf(stream))
    if (family?.get(stream.spool) === stream) family.delete(stream.spool)
    if (family?.size === 0) families.delete(familyOf(stream))
  }

  const forget = (stream: Stream): void => {
    remove(stream)
    onForgotten(stream)
  }

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
      return place(newStream(id, next, at))
    },
    restore(point) {
      const { agent, network, node, spool, through, takenAt, firstAt, received, duplicates, elsewhere } = point
      const id = { agent, network, node, spool }
      const known = families.get(familyOf(id))?.get(spool)
      // Stores of before had a number for each branch of a spool: the later one counts.
      if (known !== undefined && known.number > point.stream) return
      if (known !== undefined) forget(known)
      const totals = { received, duplicates, missingRanges: point.holes, elsewhere, missed: missedOf(point.missed) }
      const mark = point.mark ?? undefined
      const at: Place = { through, mark, count: point.counted, ...readLineage(point.lives) }
      place(Object.assign(newStream(id, point.stream, firstAt), { ...reach(at), totals, kept: totals, takenAt }))
    },
    part(stream, at) {
      const { number, totals, takenAt, firstAt } = stream
      const branch = Object.assign(newStream(stream, number, firstAt), { ...reach(at), totals, kept: totals, takenAt })
      families.get(familyOf(stream))?.set(stream.spool, branch)
      streams.set(number, branch)
      return branch
    },
    forget,
    has: (stream) => streams.get(stream.number) === stream,
    hasNumber: (number) => streams.has(number),
    all: () => streams.values(),
    get size() {
      return streams.size
    },
  }
}

const reach = (place: Place): Pick<Stream, 'durable' | 'applied' | 'place' | 'keptPlace'> => ({
  durable: place.through,
  applied: place.through,
  place,
  keptPlace: place,
})

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
  missingRanges: stream.totals.missingRanges,
  elsewhere: stream.totals.elsewhere,
  firstAt: stream.firstAt,
  lastAt: stream.takenAt,
  lagMs: stream.lagMs,
  offsetMs: stream.clock?.offsetMs ?? null,
  errorMs: stream.clock?.errorMs ?? null,
})
