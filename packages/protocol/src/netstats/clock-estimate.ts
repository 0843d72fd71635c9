/** How far another clock is ahead of ours, and by how much that may be wrong either way. */
export interface ClockEstimate {
  readonly offsetMs: number
  readonly errorMs: number
}

/** What one ping and its pong say. */
export interface Measured extends ClockEstimate {
  readonly roundTripMs: number
}

interface Sample extends ClockEstimate {
  readonly mono: number
}

const kept = 8
/** Two clocks drift apart by less than this, in milliseconds a millisecond. */
const drift = 1e-4

export interface ClockEstimator {
  add(measured: Measured, mono: number): void
  /** The best of the last samples: its bound, grown with its age. */
  best(mono: number): ClockEstimate | undefined
}

export const createClockEstimator = (): ClockEstimator => {
  let samples: Sample[] = []

  const errorAt = (sample: Sample, mono: number): number => sample.errorMs + (mono - sample.mono) * drift

  const best = (mono: number): Sample | undefined => {
    let found: Sample | undefined
    for (const sample of samples)
      if (found === undefined || errorAt(sample, mono) <= errorAt(found, mono)) found = sample
    return found
  }

  return {
    add: ({ offsetMs, errorMs }, mono) => {
      const sample = { offsetMs, errorMs, mono }
      const before = best(mono)
      // Two that exclude each other: one of the clocks was set, and what was measured before says nothing any more.
      const apart = before && Math.abs(before.offsetMs - offsetMs) > errorAt(before, mono) + errorMs
      samples = apart ? [sample] : [...samples.slice(1 - kept), sample]
    },
    best: (mono) => {
      const sample = best(mono)
      return sample && { offsetMs: sample.offsetMs, errorMs: errorAt(sample, mono) }
    },
  }
}
