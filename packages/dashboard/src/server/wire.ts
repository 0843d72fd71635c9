/** `/api/v1/server` as the page reads it. The server is ours and of the same version; what is not there counts zero. */
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
  readonly role: string
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
  readonly pendingBytes: number
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
  readonly pace: { readonly level: number; readonly reportMs: number }
  readonly deliveries: {
    readonly streams: number
    readonly open: number
    readonly received: number
    readonly duplicates: number
    readonly missing: number
    readonly holes: number
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
    readonly pendingBytes: number | null
    readonly viewers: number
  }
  readonly work: WorkCounts
  readonly processes: readonly ProcessFacts[]
}
