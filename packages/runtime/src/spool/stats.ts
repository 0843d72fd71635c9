import type { ShedClass } from '@netstats/protocol'
import type { Sequence } from '@netstats/sdk'
import type { RemovalPolicy } from '@netstats/sdk'
import type { DropReason } from './drops.ts'

export interface ReaderStats {
  readonly name: string
  /** Absent where no sink has opened it in this process: it holds its place all the same. */
  readonly policy?: RemovalPolicy
  readonly cursor: Sequence
  readonly backlog: number
}

/** How a spool is, for metrics and status. Counters are since the start of the process. */
export interface SpoolStats {
  /** Observations stored, reports of gaps among them. */
  readonly appended: number
  /** Observations that no reader wanted; they were not stored. */
  readonly unwanted: number
  /** Rows that could not be read back and were passed over. */
  readonly unreadable: number
  readonly dropped: readonly { readonly reason: DropReason; readonly class: ShedClass; readonly count: number }[]
  /** Observations in the spool now. */
  readonly rows: Readonly<Record<ShedClass, number>>
  readonly lastSequence: Sequence
  readonly usedBytes: number
  readonly roomBytes: number
  /** All its files. */
  readonly sizeBytes: number
  readonly readers: readonly ReaderStats[]
  /** Appends that wait for their commit. */
  readonly waiting: number
  readonly commits: number
  /** Longest time the spool held up the process in one go, milliseconds. */
  readonly slowestMs: number
  readonly clockSteps: number
  readonly diskFull: boolean
  /** Times the storage was found damaged and replaced. */
  readonly replaced: number
}
