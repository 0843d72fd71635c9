/** The beat: how long ago the last block was, against how long a block usually takes. */
export interface Beat {
  readonly sinceMs: number
  /** Position of the hand and of the mark of the usual time, shares of the gauge. */
  readonly hand: number
  readonly mark: number
  readonly state: 'waiting' | 'late' | 'stalled'
}

/** The gauge is three block times long. Late past twice the usual time, stalled past six times and half a minute. */
export const gaugeLength = 3

export function beatOf(now: number, lastBlockAt: number | null, blockTimeMs: number | null): Beat | undefined {
  if (lastBlockAt === null) return undefined
  const sinceMs = Math.max(0, now - lastBlockAt)
  // Without a usual time, fifteen seconds stand in.
  const usual = blockTimeMs !== null && blockTimeMs > 0 ? blockTimeMs : 15_000
  const state = sinceMs > Math.max(6 * usual, 30_000) ? 'stalled' : sinceMs > 2 * usual + 1000 ? 'late' : 'waiting'
  return { sinceMs, hand: Math.min(1, sinceMs / (gaugeLength * usual)), mark: 1 / gaugeLength, state }
}
