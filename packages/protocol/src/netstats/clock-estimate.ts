/** How far another clock is ahead of ours, and by how much that may be wrong either way. */
export interface ClockEstimate {
  readonly offsetMs: number
  readonly errorMs: number
}
