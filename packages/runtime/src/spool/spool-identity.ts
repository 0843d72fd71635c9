import type { SpoolIdentity } from '@netstats/sdk'
import type { Spool, SpoolReader } from '@netstats/sdk'

/** What the sink of a reader is let know of the spool. */
export const identityOf = (
  spool: Pick<Spool, 'id' | 'last'>,
  reader: Pick<SpoolReader, 'at' | 'disown' | 'lives'>,
): SpoolIdentity => ({
  get id() {
    return spool.id
  },
  get last() {
    return spool.last
  },
  get lives() {
    return reader.lives
  },
  at: (sequence) => reader.at(sequence),
  disown: (through, why) => reader.disown(through, why),
})
