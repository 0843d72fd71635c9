/** Finds what of a batch a peer refuses, where it refuses the whole and does not say which. */
import type { Refused, SpooledObservation } from '@netstats/sdk'
import type { PortionOutcome } from './portions.ts'

export type HalvesOutcome =
  | { readonly status: 'delivered'; readonly refused: Refused | undefined }
  | {
      readonly status: 'retry'
      readonly reason: string
      readonly afterMs?: number | undefined
      /** Last of those that were settled. */
      readonly through: number | undefined
      readonly refused: Refused | undefined
    }

/** Sends all, and where they are refused each half, until those that are refused stand alone. */
export const deliverHalves = async (
  items: readonly SpooledObservation[],
  send: (items: readonly SpooledObservation[]) => Promise<PortionOutcome & { readonly refused?: Refused | undefined }>,
): Promise<HalvesOutcome> => {
  const outcome = await send(items)
  if (outcome.status === 'delivered') return { status: 'delivered', refused: outcome.refused }
  if (outcome.status === 'retry') return { ...outcome, through: undefined, refused: undefined }
  if (items.length === 1) return { status: 'delivered', refused: { observations: 1, reason: outcome.reason } }
  const middle = Math.ceil(items.length / 2)
  const first = await deliverHalves(items.slice(0, middle), send)
  if (first.status === 'retry') return first
  const second = await deliverHalves(items.slice(middle), send)
  const refused = sumOf(first.refused, second.refused)
  return second.status === 'delivered'
    ? { status: 'delivered', refused }
    : { ...second, through: second.through ?? items[middle - 1]?.sequence, refused }
}

const sumOf = (one: Refused | undefined, other: Refused | undefined): Refused | undefined =>
  one === undefined || other === undefined
    ? (one ?? other)
    : { observations: one.observations + other.observations, reason: other.reason }
