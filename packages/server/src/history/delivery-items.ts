/** What a batch does to its stream, with and without a store. */
import type { Completeness, DeliveryBatch, DeliveryItem } from './deliveries-model.ts'
import { completenessOf } from './delivery-streams.ts'
import type { Stream, StreamTable } from './delivery-streams.ts'
import { withGap } from './missed.ts'

export interface TakenItems {
  received: number
  duplicates: number
  missing: number
  holes: number
}

/** Something between the stream and the batch has not come, and still may. */
export const leavesHole = (stream: Stream, { after, released }: Pick<DeliveryBatch, 'after' | 'released'>): boolean =>
  after > Math.max(stream.applied, released)

/** Tells `apply` what is new, in order, and counts. Where `apply` fails, what it has been told is not told again. */
export const takeItems = <I extends DeliveryItem>(
  stream: Stream,
  { after, items, last, clock }: DeliveryBatch<I>,
  at: number,
  apply: (item: I) => void,
): TakenItems => {
  const holes = Math.max(0, after - stream.applied)
  const taken: TakenItems = { received: 0, duplicates: 0, missing: 0, holes }
  const { totals } = stream
  let { missed } = totals
  stream.applied += holes
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
      holes: totals.holes + holes,
      missed,
    }
    stream.takenAt = at
  }
  if (clock !== undefined) stream.clock = clock
  const newest = items.at(-1)?.observation.observedAt
  if (newest !== undefined) stream.lagMs = Math.max(0, at - newest - (stream.clock?.offsetMs ?? 0))
  return taken
}

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
