import type { UnixMs } from '@netstats/protocol'
import type { AgentBatch, Resume, SeenItem } from '../bus/model.ts'
import type { Seat } from './seat.ts'

/** What the desk does for agents of the acknowledged protocol: resume points, batches, acknowledgements, credit. */
export interface AgentSeats {
  /** Where its stream goes on; undefined while the store has not said what it has. */
  resume(seat: Seat): Resume | undefined
  batch(seat: Seat, at: UnixMs, batch: AgentBatch): void
  now(seat: Seat, at: UnixMs, items: readonly SeenItem[]): void
  clock(seat: Seat, offsetMs: number, errorMs: number): void
  left(seat: Seat): void
  /** Once a second. `now` is monotonic. */
  tick(now: number, at: UnixMs): void
}
