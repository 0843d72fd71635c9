import type { Clock, SpoolReader } from '@netstats/sdk'
import type { PlaceOf } from './wants.ts'

export interface SinkReaderOptions {
  readonly placeOf: PlaceOf
  readonly clock: Clock
  /** Least milliseconds between two batches; what comes meanwhile goes into the next one. */
  readonly everyMs: number
}

/** A place in the spool as a sink sees it: each observation with its network, and batches not too close together. */
export const createSinkReader = (
  reader: SpoolReader,
  { placeOf, clock, everyMs }: SinkReaderOptions,
): Pick<SpoolReader, 'next' | 'commit' | 'rewind' | 'at' | 'disown' | 'lives'> => {
  let notBefore = Number.NEGATIVE_INFINITY
  return {
    async next(options) {
      const { signal } = options
      const waitMs = notBefore - clock.monotonic()
      if (waitMs > 0) await clock.sleep(waitMs, { signal }).catch(() => undefined)
      const batch = await reader.next(options)
      if (batch === undefined) return undefined
      notBefore = clock.monotonic() + everyMs
      const items = batch.items.map(({ sequence, observation }) => ({ sequence, ...placeOf(observation) }))
      return { ...batch, items }
    },
    commit: (sequence) => reader.commit(sequence),
    rewind: () => reader.rewind(),
    at(sequence) {
      const found = reader.at(sequence)
      return found === undefined || found === 'other' ? found : placeOf(found).observation
    },
    disown: (through, why) => reader.disown(through, why),
    get lives() {
      return reader.lives
    },
  }
}
