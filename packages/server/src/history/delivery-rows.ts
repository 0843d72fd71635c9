/** Rows of how far streams are: which chunk has which, and what follows when that is stored or given up. */
import { tables } from '@netstats/sdk/store'
import type { StreamTable, Stream, Totals } from './delivery-streams.ts'
import type { Keys } from './keys.ts'
import { networkIdOf } from './books.ts'
import { textOf } from './missed.ts'
import type { Pending } from './pending.ts'
import { placesOf } from './samples.ts'

const column = placesOf(tables.delivery)

/** All streams are listed this often, from the first chunk of each such time on: no file of the store covers less. */
const listEveryMs = 600_000
/** A stream that brought nothing for so long is let go. */
const idleMs = 90 * 86_400_000

export interface DeliveryRows {
  /** It has something in the chunk that is open. */
  touch(stream: Stream): void
  /** A list of all streams is to begin. */
  list(): void
  tick(): void
  /** Puts its rows into a chunk that is being closed. */
  close(chunk: number): void
  /** Gives the streams that are further by it. */
  stored(chunk: number): readonly Stream[]
  /** Gives the streams that go back, and the chunks that have to go as well. */
  givenUp(chunk: number): { readonly lost: readonly Stream[]; readonly next: readonly number[] }
  /** Wall clock of the first row of the newest list that is durable. */
  readonly listedAt: number | null
  readonly forgotten: number
}

export interface DeliveryRowsContext {
  readonly pending: Pick<Pending, 'into' | 'nextSeq' | 'owe'>
  readonly keys: Keys
  readonly streams: StreamTable
  readonly now: () => number
  readonly trusted: () => boolean
  readonly rowsAtOnce: number
}

interface Part {
  readonly stream: Stream
  readonly through: number
  readonly totals: Totals
  /** The network it names the stream with; undefined where it does not. */
  readonly network: string | undefined
}

/** A list of all streams under way. */
interface List {
  readonly left: IterableIterator<Stream, undefined>
  readonly at: number
  /** `seq` of its first rows. */
  since: number | undefined
}

interface Written {
  readonly parts: readonly Part[]
  readonly list: List | undefined
  /** It has the row that ends the list. */
  readonly ends: boolean
}

export const createDeliveryRows = ({
  pending,
  keys,
  streams,
  now,
  trusted,
  rowsAtOnce,
}: DeliveryRowsContext): DeliveryRows => {
  const row = pending.into.delivery
  const { put } = row
  const chunks = new Map<number, Written>()
  let touched: Stream[] = []
  let list: List | undefined
  let slot = Number.NaN
  let listedAt: number | null = null
  let forgotten = 0

  const slotOf = (at: number): number => Math.floor(at / listEveryMs)

  const beginList = (at: number): void => {
    slot = slotOf(at)
    list = { left: streams.all(), at, since: undefined }
  }

  const orderList = (): void => {
    beginList(now())
    pending.owe()
  }

  /** Streams of the list that come next, without those that are let go; the last of all ends it. */
  const nextOf = (one: List): { readonly some: readonly Stream[]; readonly ends: boolean } => {
    const some: Stream[] = []
    for (let looked = 0; looked < rowsAtOnce; looked++) {
      const { value: stream, done } = one.left.next()
      if (done === true) return { some, ends: true }
      if (stream.sessions === 0 && stream.applied === stream.durable && one.at - stream.takenAt > idleMs && trusted()) {
        streams.forget(stream)
        forgotten++
      } else some.push(stream)
    }
    return { some, ends: false }
  }

  const write = (stream: Stream, at: number, seq: number, since: number | null, named: boolean): Part => {
    const { totals, applied: through } = stream
    // In a chunk that is being closed nothing is refused.
    row.begin()
    put(column.at, at)
    put(column.seq, seq)
    put(column.stream, stream.number)
    put(column.through, through)
    put(column.received, totals.received)
    put(column.duplicates, totals.duplicates)
    put(column.missing, totals.missed.total)
    put(column.holes, totals.holes)
    put(column.missed, textOf(totals.missed))
    put(column.takenAt, stream.takenAt)
    put(column.since, since)
    // Until a row with them is in the store, each has the names.
    const network = named || !stream.named ? keys.network(stream.network, networkIdOf(stream.network), at) : undefined
    const node = network && keys.node(network, stream.node, at)
    if (network === undefined || node === undefined) return { stream, through, totals, network: undefined }
    put(column.agent, stream.agent)
    put(column.network, network.key)
    put(column.node, node.key)
    put(column.spool, stream.spool)
    put(column.firstAt, stream.firstAt)
    return { stream, through, totals, network: stream.network }
  }

  return {
    touch(stream) {
      if (stream.touched) return
      stream.touched = true
      touched.push(stream)
      pending.owe()
    },
    list: orderList,
    tick() {
      if (list === undefined && streams.size > 0 && slotOf(now()) !== slot) orderList()
    },
    close(chunk) {
      const at = now()
      if (list === undefined && streams.size > 0 && slotOf(at) !== slot) beginList(at)
      const own = list
      const { some, ends } = own === undefined ? { some: [], ends: false } : nextOf(own)
      for (const stream of some) stream.listed = true
      const due = touched
      touched = []
      for (const stream of some) if (!stream.touched) due.push(stream)
      if (ends) list = undefined
      // The row that ends a list may be any.
      if (ends && due.length === 0) {
        const { value: any } = streams.all().next()
        if (any !== undefined) due.push(any)
      }
      if (due.length === 0) return
      const seq = pending.nextSeq()
      if (own !== undefined) own.since ??= seq
      const parts: Part[] = []
      for (const stream of due) {
        const since = ends && parts.length === 0 ? (own?.since ?? null) : null
        parts.push(write(stream, at, seq, since, stream.listed))
        stream.touched = false
        stream.listed = false
      }
      chunks.set(chunk, { parts, list: own, ends })
      if (own !== undefined && !ends) pending.owe()
    },
    stored(chunk) {
      const written = chunks.get(chunk)
      chunks.delete(chunk)
      if (written === undefined) return []
      if (written.ends && written.list !== undefined) listedAt = written.list.at
      const further: Stream[] = []
      for (const { stream, through, totals, network } of written.parts) {
        stream.kept = totals
        if (network === stream.network) stream.named = true
        if (through <= stream.durable) continue
        stream.durable = through
        further.push(stream)
      }
      return further
    },
    givenUp(chunk) {
      const written = chunks.get(chunk)
      chunks.delete(chunk)
      if (written === undefined) return { lost: [], next: [] }
      const affected = new Set(
        written.parts.filter(({ stream, through }) => through > stream.durable).map(({ stream }) => stream),
      )
      const lost = [...affected].filter((stream) => stream.applied > stream.durable)
      const next: number[] = []
      for (const [id, later] of chunks) {
        const follows = later.parts.some(({ stream, through }) => affected.has(stream) && through > stream.durable)
        if (follows || (written.list !== undefined && later.list === written.list)) next.push(id)
      }
      for (const stream of affected) {
        stream.applied = stream.durable
        stream.totals = stream.kept
      }
      if (written.list !== undefined) orderList()
      return { lost, next }
    },
    get listedAt() {
      return listedAt
    },
    get forgotten() {
      return forgotten
    },
  }
}
