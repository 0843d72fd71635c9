import { constants, deflateRawSync } from 'node:zlib'

/** Levels beyond it cost more processor than the traffic they save is worth (README, measured). */
const level = constants.Z_BEST_SPEED

/** A frame as it goes out: deflated where that makes it shorter. */
export const deflated = (text: string): Buffer | string => {
  const packed = deflateRawSync(text, { level })
  return packed.length < text.length ? packed : text
}
