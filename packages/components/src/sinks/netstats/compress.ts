import { constants, deflateRawSync } from 'node:zlib'
import { limits, mostInflated } from '@netstats/protocol/netstats'

/** Higher levels cost more processor than the traffic they save is worth; the README has the figures. */
const level = constants.Z_BEST_SPEED
/** What a live agent says every few seconds is left alone: it saves a few hundred bytes, and each frame costs both ends. */
const fromChars = 4096

/** A frame as it goes out: deflated where that is worth it. */
export const packed = (text: string): Buffer | string => {
  if (text.length < fromChars) return text
  const deflated = deflateRawSync(text, { level })
  // A server inflates so far and no further; what repeats itself more than that is sent as it is.
  const mayInflate = text.length <= limits.inflateFree / 4 || Buffer.byteLength(text) <= mostInflated(deflated.length)
  return deflated.length < text.length && mayInflate ? deflated : text
}
