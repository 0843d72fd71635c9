/** Observations as the session writes them. */
import { encodeBody, shedClassOf } from '@netstats/protocol'
import type { Gap, Observation } from '@netstats/protocol'
import { limits } from '@netstats/protocol/netstats'
import type { Writable, WritableItem } from '@netstats/protocol/netstats'
import type { SpooledObservation } from '@netstats/sdk'

/** Room in a frame for the header and what stands before the body of a line. */
const lineRoom = 4096
const longestBody = limits.frameBytes - lineRoom

export const toWritable = (observation: Observation): Writable => ({
  kind: observation.kind,
  observedAt: observation.observedAt,
  body: encodeBody(observation),
})

/** What no frame can hold is told as a gap in its place, so that the stream has no hole and the loss is known. */
export const toItem = ({ sequence, observation }: SpooledObservation): WritableItem => {
  const written = toWritable(observation)
  return { sequence, ...(fits(written) ? written : gapFor(observation)) }
}

export const fits = ({ body }: Writable): boolean =>
  typeof body === 'string' && (body.length * 3 <= longestBody || Buffer.byteLength(body) <= longestBody)

const gapFor = ({ kind, observedAt }: Observation): Writable => {
  const gap: Gap = { reason: 'size', class: shedClassOf(kind), dropped: 1, from: observedAt, to: observedAt }
  return { kind: 'gap', observedAt, body: JSON.stringify(gap) }
}
