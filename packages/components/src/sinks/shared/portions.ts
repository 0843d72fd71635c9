/** Several requests for one batch, in its order: what was settled stays settled when a later one fails. */
import type { Batch, Delivery, SpooledObservation } from '@netstats/sdk'

export type PortionOutcome =
  | { readonly status: 'delivered' }
  | { readonly status: 'rejected'; readonly reason: string }
  | { readonly status: 'retry'; readonly reason: string; readonly afterMs?: number | undefined }

export const deliverPortions = async (
  batch: Batch,
  portions: readonly (readonly SpooledObservation[])[],
  send: (items: readonly SpooledObservation[]) => Promise<PortionOutcome>,
): Promise<Delivery> => {
  let through: number | undefined
  let refused: { readonly observations: number; readonly reason: string } | undefined
  for (const items of portions) {
    const outcome = await send(items)
    if (outcome.status === 'retry') return { ...outcome, through, refused }
    if (outcome.status === 'rejected')
      refused = { observations: (refused?.observations ?? 0) + items.length, reason: outcome.reason }
    through = items.at(-1)?.sequence ?? through
  }
  if (refused !== undefined && refused.observations === batch.items.length)
    return { status: 'rejected', reason: refused.reason }
  return { status: 'delivered', refused }
}

/** At most so many in each. */
export const chunked = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
