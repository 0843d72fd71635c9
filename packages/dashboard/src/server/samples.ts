/** The last answers of the server, for what it does a second: it tells counts, and their differences are rates. */
import type { ProcessFacts, ServerFacts } from './wire.ts'

/** Rates are over this long: a shorter time jumps, a longer one tells of what is over. */
const spanMs = 10_000

export type Samples = readonly ServerFacts[]

/** Oldest first. A server that was started anew counts from zero: what came before is worth nothing. */
export function addSample(samples: Samples, facts: ServerFacts): Samples {
  const last = samples.at(-1)
  if (last && (last.server !== facts.server || last.startedAt !== facts.startedAt || facts.at < last.at)) return [facts]
  // One that is older than the span stays, so that there always is one to compare with.
  const first = samples.findLastIndex((one) => facts.at - one.at >= spanMs)
  return [...samples.slice(Math.max(0, first)), facts]
}

/** A second, of what `count` finds; undefined before there are two answers. */
export function rateOf(samples: Samples, count: (facts: ServerFacts) => number): number | undefined {
  const [first] = samples
  const last = samples.at(-1)
  if (!first || !last || last.at === first.at) return undefined
  // A worker that has ended takes its counts along; nothing ever runs backwards.
  return Math.max(0, (1000 * (count(last) - count(first))) / (last.at - first.at))
}

/** Share of a core that a process takes, 1 for a whole one. */
export function cpuShareOf(samples: Samples, { pid, startedAt }: ProcessFacts): number | undefined {
  const same = (facts: ServerFacts | undefined) =>
    facts?.processes.find((one) => one.pid === pid && one.startedAt === startedAt)
  const first = same(samples.find((facts) => same(facts)))
  const last = same(samples.at(-1))
  if (!first || !last || last.at === first.at) return undefined
  return Math.max(0, (last.cpuMs - first.cpuMs) / (last.at - first.at))
}
