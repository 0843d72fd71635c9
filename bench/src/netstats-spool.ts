/**
 * The unacknowledged batches of one netstats agent of the load generator: kept over a cut, and sent again from where the
 * server says. A real spool keeps more, and on disk.
 */
import type { Line } from './netstats-workload.ts'

export interface Batch {
  readonly after: number
  readonly lines: readonly Line[]
  /** When it was made, monotonic: what waited for a connection took that long too. */
  readonly madeAt: number
}

export interface BenchSpool {
  /** Everything up to here is durable on the server. */
  readonly through: number
  /** False where it is full: the lines are dropped before they get sequences. */
  add(lines: readonly Line[]): boolean
  /** Sends in order what the window allows and `send` takes; gives back the batches sent for the first time. */
  flush(window: number, send: (batch: Batch) => boolean): readonly Batch[]
  /** Removes and gives back the batches that are now acknowledged. */
  acknowledge(through: number): readonly Batch[]
  /** What is unacknowledged is to be sent again. */
  rewind(): void
}

/** Sequences of a spool begin at the moment it was made, in microseconds. */
export const spoolBegins = 1_790_000_000_000_000

const endOf = ({ after, lines }: Batch): number => after + lines.length

export const createBenchSpool = (maxBatches = 200): BenchSpool => {
  const batches: Batch[] = []
  let last = spoolBegins
  let through = spoolBegins
  /** How many of the batches were sent in this session, and the last sequence that was ever sent. */
  let sent = 0
  let sentThrough = spoolBegins
  return {
    get through() {
      return through
    },
    add(lines) {
      if (batches.length >= maxBatches) return false
      batches.push({ after: last, lines, madeAt: performance.now() })
      last += lines.length
      return true
    },
    flush(window, send) {
      const first: Batch[] = []
      while (sent < batches.length) {
        const batch = batches[sent] as Batch
        if (endOf(batch) - through > window || !send(batch)) break
        sent++
        if (endOf(batch) <= sentThrough) continue
        sentThrough = endOf(batch)
        first.push(batch)
      }
      return first
    },
    acknowledge(next) {
      if (next <= through) return []
      through = next
      const waiting = batches.findIndex((batch) => endOf(batch) > next)
      const done = batches.splice(0, waiting < 0 ? batches.length : waiting)
      sent = Math.max(0, sent - done.length)
      return done
    },
    rewind() {
      sent = 0
    },
  }
}
