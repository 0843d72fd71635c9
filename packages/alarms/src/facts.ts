/** What rules look at: plain values, gathered by the server (or the agent) at each look. `undefined` and null: not known. */

/** A node as its network has it. */
export interface NodeFacts {
  readonly at: number
  readonly network: string
  readonly node: string
  readonly name: string
  /** Value of a column of the table of nodes, under its name there: `state`, `peers`, `syncing`, `block`, `behind`, … */
  readonly column: (name: string) => unknown
  /** Newest value of a metric, such as `host.disk.free`, with when it was observed; undefined where there is none. */
  readonly metric: (name: string) => { readonly value: number; readonly at: number } | undefined
  /** Names of the node's metrics that begin so: those of disks, one for each. */
  readonly metricNames: (prefix: string) => readonly string[]
  /** The line through a metric's values of the last hours, by hour: `perHour` is its slope; undefined below three values. */
  readonly trend: (
    name: string,
  ) => { readonly perHour: number; readonly fit: number; readonly hours: number } | undefined
  readonly networkFacts: NetworkFacts
  /** Why it is inactive, in words that follow "because": `its reporter is silent`. */
  readonly inactiveBecause?: string | null | undefined
  /** Observations that its agent had to give up before they were delivered, of the last hour, and when it told so last. */
  readonly lost?: { readonly count: number; readonly at: number } | null | undefined
}

export interface NetworkFacts {
  readonly at: number
  readonly network: string
  readonly nodes: number
  readonly active: number
  readonly head: number | null
  /** When the newest block was first seen. */
  readonly headAt: number | null
  /** Median time between the newest blocks. */
  readonly blockTimeMs: number | null
  /** Depth of the deepest reorganisation of the last ten minutes, and when it was. */
  readonly reorg: { readonly depth: number; readonly at: number; readonly number: number } | null
  /** Nodes on each branch, where they are split. */
  readonly split: { readonly number: number; readonly nodes: readonly number[] } | null
  /** Time until 95 of 100 nodes had the newest blocks. */
  readonly propagationP95Ms: number | null
  /** What `blockTimeMs` usually is: its median over the last day. */
  readonly usualBlockTimeMs?: number | null | undefined
  /** Median time to those of the newest blocks that hold no transaction. */
  readonly emptyBlockTimeMs?: number | null | undefined
  /** Transactions that wait, median of the nodes. */
  readonly pending?: number | null | undefined
  /** Nodes by client and version, such as `geth 1.13.14`; most first. */
  readonly versions?: readonly { readonly name: string; readonly count: number }[] | undefined
}

export interface ServerFacts {
  readonly at: number
  /** Parts that are not well, as `/healthz` shows them. */
  readonly parts: readonly { readonly name: string; readonly state: string; readonly reason: string | null }[]
  /** Of the server's metrics, under their published names, such as `netstats_server_history_lag_seconds`; values of labels added up. */
  readonly metric: (name: string) => number | undefined
}
