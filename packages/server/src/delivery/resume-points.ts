/** Resume points: which batch has which, and what follows when that batch is stored or given up. */
import { lineageText } from '@netstats/protocol/netstats'
import type { Place } from '@netstats/protocol/netstats'
import type { ResumeBuffer, ResumePoint } from './delivery-model.ts'
import type { Stream, StreamTable, Totals } from './delivery-streams.ts'
import { textOf } from './missing-ranges.ts'

export interface ResumePoints {
  /** The stream has something in the open batch. */
  touch(stream: Stream): void
  /** The stream is gone: its resume point goes with the next batch. */
  forget(stream: Stream): void
  /** Appends the resume points of a batch that is being closed. */
  close(batch: number): void
  /** Returns the streams that are durable further than before. */
  stored(batch: number): readonly Stream[]
  /** Returns the streams that go back, and the later batches that cannot be stored without this one. */
  givenUp(batch: number): { readonly lost: readonly Stream[]; readonly next: readonly number[] }
}

/** What a batch says of a stream. */
interface Part {
  readonly stream: Stream
  readonly through: number
  readonly place: Place
  readonly totals: Totals
}

interface Written {
  readonly parts: readonly Part[]
  readonly forgotten: readonly Stream[]
}

const pointOf = (stream: Stream, through: number): ResumePoint => {
  const { totals, place } = stream
  return {
    stream: stream.number,
    agent: stream.agent,
    network: stream.network,
    node: stream.node,
    spool: stream.spool,
    firstAt: stream.firstAt,
    through,
    received: totals.received,
    duplicates: totals.duplicates,
    missing: totals.missed.total,
    holes: totals.missingRanges,
    elsewhere: totals.elsewhere,
    missed: textOf(totals.missed),
    takenAt: stream.takenAt,
    counted: place.count,
    mark: place.mark ?? null,
    lives: lineageText(place),
  }
}

export const createResumePoints = (
  buffer: Pick<ResumeBuffer, 'append' | 'reserve'>,
  streams: StreamTable,
): ResumePoints => {
  const batches = new Map<number, Written>()
  let touched: Stream[] = []
  let forgotten: Stream[] = []

  const append = (stream: Stream, through: number): void => buffer.append(pointOf(stream, through))

  const forget = (stream: Stream): void => {
    forgotten.push(stream)
    buffer.reserve()
  }

  return {
    touch(stream) {
      if (stream.touched) return
      stream.touched = true
      touched.push(stream)
      buffer.reserve()
    },
    forget,
    close(batch) {
      // One that was forgotten after it was touched has no resume point any more.
      const due = touched.filter((stream) => streams.has(stream))
      const gone = forgotten
      touched = []
      forgotten = []
      if (due.length + gone.length === 0) return
      // The number may be in use again, by another branch of the same spool.
      for (const stream of gone) if (!streams.hasNumber(stream.number)) append(stream, 0)
      const parts = due.map((stream): Part => {
        const { applied: through, place, totals } = stream
        append(stream, through)
        stream.touched = false
        return { stream, through, place, totals }
      })
      batches.set(batch, { parts, forgotten: gone })
    },
    stored(batch) {
      const written = batches.get(batch)
      batches.delete(batch)
      const further: Stream[] = []
      for (const { stream, through, place, totals } of written?.parts ?? []) {
        stream.kept = totals
        if (through <= stream.durable) continue
        stream.durable = through
        stream.keptPlace = place
        further.push(stream)
      }
      return further
    },
    givenUp(batch) {
      const written = batches.get(batch)
      batches.delete(batch)
      if (written === undefined) return { lost: [], next: [] }
      const affected = new Set(
        written.parts.filter(({ stream, through }) => through > stream.durable).map(({ stream }) => stream),
      )
      const lost = [...affected].filter((stream) => stream.applied > stream.durable)
      const next: number[] = []
      for (const [id, later] of batches)
        if (later.parts.some(({ stream, through }) => affected.has(stream) && through > stream.durable)) next.push(id)
      for (const stream of affected) {
        stream.applied = stream.durable
        stream.place = stream.keptPlace
        stream.totals = stream.kept
      }
      for (const stream of written.forgotten) forget(stream)
      return { lost, next }
    },
  }
}
