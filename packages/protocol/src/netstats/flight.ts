import type { Sequence } from './messages.ts'

/** Batches under way: ranges, never what is in them. */
export interface Flight {
  add(last: Sequence, count: number, bytes: number): void
  /** Everything through this one has arrived. A batch leaves when its last observation has. */
  landed(through: Sequence): void
  /** What follows this one is no longer under way. */
  backTo(through: Sequence): void
  /** Observations. */
  readonly count: number
  readonly bytes: number
}

interface Range {
  readonly last: Sequence
  readonly count: number
  readonly bytes: number
}

export const createFlight = (): Flight => {
  const ranges: Range[] = []
  let count = 0
  let bytes = 0
  const forget = (range: Range | undefined): void => {
    count -= range?.count ?? 0
    bytes -= range?.bytes ?? 0
  }
  return {
    add: (last, more, size) => {
      ranges.push({ last, count: more, bytes: size })
      count += more
      bytes += size
    },
    landed: (through) => {
      for (let first = ranges[0]; first !== undefined && first.last <= through; first = ranges[0])
        forget(ranges.shift())
    },
    backTo: (through) => {
      for (let end = ranges.at(-1); end !== undefined && end.last > through; end = ranges.at(-1)) forget(ranges.pop())
    },
    get count() {
      return count
    },
    get bytes() {
      return bytes
    },
  }
}
