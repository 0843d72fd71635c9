/** How far another clock is ahead of ours, and by how much that may be wrong either way. */
export interface ClockEstimate {
  readonly offsetMs: number
  readonly errorMs: number
}

/** What one ping and its pong say. */
export interface Measured extends ClockEstimate {
  readonly roundTripMs: number
}

export interface Sample extends ClockEstimate {
  readonly mono: number
}

const kept = 8
/** Two clocks drift apart by less than this, in milliseconds a millisecond. */
const drift = 1e-4

const errorAt = (sample: Sample, mono: number): number => sample.errorMs + (mono - sample.mono) * drift

const best = (samples: readonly Sample[], mono: number): Sample | undefined => {
  let found: Sample | undefined
  for (const sample of samples) if (found === undefined || errorAt(sample, mono) <= errorAt(found, mono)) found = sample
  return found
}

/** The samples to keep with a new one among them. */
export const addSample = (samples: readonly Sample[], sample: Sample): readonly Sample[] => {
  const before = best(samples, sample.mono)
  // Two that exclude each other: one of the clocks was set, and what was measured before says nothing any more.
  const isApart =
    before !== undefined && Math.abs(before.offsetMs - sample.offsetMs) > errorAt(before, sample.mono) + sample.errorMs
  return isApart ? [sample] : [...samples.slice(1 - kept), sample]
}

/** What the best of the samples says: its bound, grown with its age. */
export const estimate = (samples: readonly Sample[], mono: number): ClockEstimate | undefined => {
  const sample = best(samples, mono)
  return sample && { offsetMs: sample.offsetMs, errorMs: errorAt(sample, mono) }
}
