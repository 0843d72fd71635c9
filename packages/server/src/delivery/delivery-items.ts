/** What a batch does to its stream, with and without a store. */
import { advance, noPlace, resumeAt, skipTo } from '@netstats/protocol/netstats'
import type { Place } from '@netstats/protocol/netstats'
import type { Completeness, DeliveryBatch, DeliveryItem, Greeting, StreamId } from './delivery-model.ts'
import { completenessOf } from './delivery-streams.ts'
import type { Stream, StreamTable } from './delivery-streams.ts'
import { withGap } from './missing-ranges.ts'

export interface TakenItems {
  received: number
  duplicates: number
  missing: number
  missingRanges: number
  elsewhere: number
}

/** Something between the stream and the batch has not come, and still may. */
export const leavesMissingRange = (
  stream: Stream,
  { after, truncated }: Pick<DeliveryBatch, 'after' | 'truncated'>,
): boolean => after > Math.max(stream.applied, truncated)

/** Tells `apply` what is new, in order, and counts. Where `apply` fails, what it has been told is not told again. */
export const takeItems = <I extends DeliveryItem>(
  stream: Stream,
  { after, before = 0, items, last, mark, count = items.length, clock }: DeliveryBatch<I>,
  at: number,
  apply: (item: I) => void,
): TakenItems => {
  const { totals, place, greeting } = stream
  const taken: TakenItems = { received: 0, duplicates: 0, missing: 0, missingRanges: 0, elsewhere: 0 }
  if (after > stream.applied) {
    const skipped = skipTo(place, { ...greeting, after })
    // Where nothing was known of the spool, somebody else has acknowledged it, or a server that was here before.
    taken[place.through === 0 && place.left.length === 0 ? 'elsewhere' : 'missingRanges'] = skipped.missed
    stream.place = skipped.place
    stream.applied = after
  }
  const appliedBefore = stream.applied
  let { missed } = totals
  try {
    for (const item of items) {
      if (item.sequence <= stream.applied) {
        taken.duplicates++
        continue
      }
      stream.applied = item.sequence
      taken.received++
      if (item.observation.kind === 'gap') missed = withGap(missed, item.observation.body)
      apply(item)
    }
    // Lines that could not be used are settled too, or they would come for ever.
    if (last !== undefined && last > stream.applied) stream.applied = last
  } finally {
    taken.missing = missed.total - totals.missed.total
    stream.totals = {
      received: totals.received + taken.received,
      duplicates: totals.duplicates + taken.duplicates,
      missingRanges: totals.missingRanges + taken.missingRanges,
      elsewhere: totals.elsewhere + taken.elsewhere,
      missed,
    }
    if (stream.applied > appliedBefore) {
      const isWhole = stream.applied === (last ?? items.at(-1)?.sequence)
      stream.place = advance(stream.place, greeting.lives, {
        through: stream.applied,
        mark: isWhole ? mark : undefined,
        count: before + (isWhole ? count : taken.duplicates + taken.received),
      })
    }
    stream.takenAt = at
  }
  if (clock !== undefined) stream.clock = clock
  const newest = items.at(-1)?.observation.observedAt
  if (newest !== undefined) stream.lagMs = Math.max(0, at - newest - (stream.clock?.offsetMs ?? 0))
  return taken
}

/** The stream of a session that begins: the one there is, or another branch of its spool in its place. */
export const resumed = (
  streams: StreamTable,
  id: StreamId,
  at: number,
  greeting: Greeting,
): { readonly stream: Stream; readonly parted: boolean } | undefined => {
  const known = streams.find(id)
  const { how, place, seen, doubt } = resumeAt(known?.place ?? noPlace, greeting)
  const parted = known !== undefined && how !== 'goes-on'
  const stream = parted ? streams.part(known, place) : (known ?? streams.add(id, at))
  if (stream === undefined) return undefined
  stream.greeting = greeting
  stream.welcome = { how, seen, doubt }
  return { stream, parted }
}

/** Whether what is known of a stream still depends on what becomes of what another branch has told. */
export const isUndecided = (stream: Stream | undefined, greeting: Greeting): boolean =>
  stream !== undefined &&
  stream.applied !== stream.durable &&
  [stream.place, stream.keptPlace].some((place) => !isNowhere(place) && resumeAt(place, greeting).how !== 'goes-on')

/** Of a stream that nothing is kept of there is no branch. */
const isNowhere = ({ through, left }: Place): boolean => through === 0 && left.length === 0

export const listed = (
  streams: StreamTable,
  { network, after = 0, limit }: { readonly network?: string; readonly after?: number; readonly limit: number },
): readonly Completeness[] => {
  const found: Completeness[] = []
  for (const stream of streams.all()) {
    if (found.length >= limit) break
    if (stream.number > after && (network === undefined || stream.network === network))
      found.push(completenessOf(stream))
  }
  return found
}
