import type { Sequence } from './messages.ts'

/** Batches under way: ranges, never what is in them. Plain data: a server has many. */
export interface Flight {
  /** Observations. */
  count: number
  bytes: number
  readonly ranges: Range[]
}

interface Range {
  readonly last: Sequence
  readonly count: number
  readonly bytes: number
}

export const createFlight = (): Flight => ({ count: 0, bytes: 0, ranges: [] })

export const launch = (flight: Flight, last: Sequence, count: number, bytes: number): void => {
  flight.ranges.push({ last, count, bytes })
  flight.count += count
  flight.bytes += bytes
}

/** Everything through this one has arrived. A batch leaves when its last observation has. */
export const land = (flight: Flight, through: Sequence): void => {
  const { ranges } = flight
  for (let first = ranges[0]; first !== undefined && first.last <= through; first = ranges[0])
    forget(flight, ranges.shift())
}

/** What follows this one is no longer under way. */
export const callBack = (flight: Flight, through: Sequence): void => {
  const { ranges } = flight
  for (let end = ranges.at(-1); end !== undefined && end.last > through; end = ranges.at(-1))
    forget(flight, ranges.pop())
}

const forget = (flight: Flight, range: Range | undefined): void => {
  flight.count -= range?.count ?? 0
  flight.bytes -= range?.bytes ?? 0
}
