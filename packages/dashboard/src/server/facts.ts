/** How the server is, in the figures that the pages show, and rates between two answers. */

export type Counts = Readonly<Record<string, number>>

export interface WorkCounts {
  readonly connections: Counts
  readonly sessions: Counts
  readonly logins: Counts
  readonly refused: Counts
  readonly ended: Counts
  readonly received: { readonly messages: number; readonly bytes: number }
  readonly shed: Readonly<Record<string, Counts>>
  readonly faults: Readonly<Record<string, Counts>>
  readonly queue: { readonly items: number; readonly bytes: number }
  readonly batches: { readonly observations: number; readonly nacks: Counts }
  readonly credit: { readonly window: number; readonly inFlight: number }
}

export interface ProcessFacts {
  readonly name: string
  readonly pid: number
  readonly at: number
  readonly startedAt: number
  readonly cpuMs: number
  readonly rssBytes: number
  readonly openFiles: number | null
  readonly openFilesLimit: number | null
  readonly loop: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
  readonly work: WorkCounts
}

export interface PartFacts {
  readonly id: string
  readonly state: 'starting' | 'ok' | 'degraded' | 'failed' | 'stopped'
  readonly reason: string
  readonly since: number
}

export interface StoreFacts {
  readonly lagMs: number
  readonly pendingRows: number
  readonly bufferBytes: number
  readonly writtenRows: number
  readonly slowestWriteMs: number
  readonly errors: Counts
  readonly shed: Readonly<Record<string, Counts>>
  readonly diskBytes: number | null
  readonly files: number | null
}

export interface ServerFacts {
  readonly at: number
  readonly version: string
  readonly server: string
  readonly startedAt: number
  readonly ready: boolean
  readonly load: { readonly level: 'calm' | 'busy' | 'overloaded'; readonly reason: string }
  readonly parts: readonly PartFacts[]
  readonly reportRate: { readonly level: number; readonly reportMs: number }
  readonly deliveries: {
    readonly streams: number
    readonly open: number
    readonly received: number
    readonly duplicates: number
    readonly missing: number
    readonly missingRanges: number
  }
  readonly slowViewers: number
  readonly core: {
    readonly networks: number
    readonly nodes: number
    readonly blocks: number
    readonly inputs: number
    readonly errors: number
  }
  readonly store: StoreFacts | null
  readonly limits: {
    readonly connections: number
    readonly queueItems: number
    readonly queueBytes: number
    readonly bufferBytes: number | null
    readonly viewers: number
  }
  readonly work: WorkCounts
  readonly processes: readonly ProcessFacts[]
}

/** Rates are over this long: a shorter time jumps, a longer one shows what is over. */
const spanMs = 10_000

export type Samples = readonly ServerFacts[]

/** Oldest first. A restarted server counts from zero: earlier samples are dropped. */
export function addSample(samples: Samples, facts: ServerFacts): Samples {
  const last = samples.at(-1)
  if (last && (last.server !== facts.server || last.startedAt !== facts.startedAt || facts.at < last.at)) return [facts]
  // One that is older than the span stays, so that there always is one to compare with.
  const first = samples.findLastIndex((one) => facts.at - one.at >= spanMs)
  return [...samples.slice(Math.max(0, first)), facts]
}

/** How much `count` grows a second; undefined before there are two answers. */
export function rateOf(samples: Samples, count: (facts: ServerFacts) => number): number | undefined {
  const [first] = samples
  const last = samples.at(-1)
  if (!first || !last || last.at === first.at) return undefined
  // The counts of a worker that has ended are gone; a rate is never negative.
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
