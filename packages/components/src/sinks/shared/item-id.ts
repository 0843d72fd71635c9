import type { Batch, SpooledObservation } from '@netstats/sdk'

/** Names an observation for good: the same one delivered again has the same id, no other has it. */
export const itemId = ({ spool }: Pick<Batch, 'spool'>, { sequence }: Pick<SpooledObservation, 'sequence'>): string =>
  `${spool}-${sequence}`

/** The parts of an id; undefined for what is none. */
export const parseItemId = (id: unknown): { readonly spool: string; readonly sequence: number } | undefined => {
  const [, spool, sequence] = (typeof id === 'string' ? /^([0-9a-f]{32})-(\d{1,16})$/.exec(id) : null) ?? []
  return spool === undefined ? undefined : { spool, sequence: Number(sequence) }
}
