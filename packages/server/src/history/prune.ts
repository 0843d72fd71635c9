import { reasonOf } from '@netstats/sdk'
import type { Clock, Logger } from '@netstats/sdk'
import { StoreError } from '@netstats/store'
import type { Retention, Store } from '@netstats/store'

const everyMs = 600_000
/** A clock that steps on by more than this is believed after a day: a wrong one would have the whole history dropped. */
const stepMs = 3_600_000
const doubtMs = 86_400_000

type Trust = Pick<PruneOptions, 'clock' | 'log' | 'newestAt'>

/** Whether the wall clock has gone on as time does, and as the rows of earlier runs let one expect. */
const createTrust = ({ clock, log, newestAt }: Trust): (() => boolean) => {
  const ahead = (): number => clock.now() - clock.monotonic()
  let known = ahead()
  let compared = false
  let doubtedUntil = Number.NEGATIVE_INFINITY
  const doubt = (facts: Readonly<Record<string, number>>, why: string): void => {
    doubtedUntil = clock.monotonic() + doubtMs
    log.warn(facts, `${why}; for a day nothing of the history is dropped`)
  }
  return () => {
    const stepped = ahead() - known
    if (Math.abs(stepped) > stepMs) {
      known += stepped
      doubt({ stepMs: stepped }, 'the clock of this machine has stepped')
    }
    const newest = newestAt()
    if (!compared && newest !== null) {
      compared = true
      const sinceMs = clock.now() - newest
      if (sinceMs > doubtMs)
        doubt({ sinceMs }, 'the newest row is more than a day old, or the clock of this machine is wrong')
    }
    return clock.monotonic() >= doubtedUntil
  }
}

export interface PruneCounts {
  /** The clock of this machine can be believed, as of the last look. */
  trusted: boolean
  files: number
  bytes: number
  failures: number
}

export interface PruneOptions {
  readonly store: () => Store | undefined
  readonly retention: Retention
  /** Time of the newest row in the store; null while that is not known. */
  readonly newestAt: () => number | null
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Drops what is past its retention: at once, and every ten minutes until the signal aborts. */
export const startPruning = ({ store, retention, newestAt, clock, log, signal }: PruneOptions): PruneCounts => {
  const counts: PruneCounts = { trusted: false, files: 0, bytes: 0, failures: 0 }
  let failing = ''
  const trusted = createTrust({ clock, log, newestAt })

  const prune = async (): Promise<void> => {
    counts.trusted = trusted()
    if (!counts.trusted) return
    try {
      const report = await store()?.prune(retention, clock.now(), { signal })
      failing = ''
      if (report === undefined || report.files.length === 0) return
      counts.files += report.files.length
      counts.bytes += report.bytes
      log.info({ files: report.files.length, bytes: report.bytes }, 'dropped what was past its retention')
    } catch (error) {
      if (signal.aborted) return
      counts.failures++
      const code = error instanceof StoreError ? error.code : reasonOf(error)
      if (code !== failing) log.warn({ error }, 'what is past its retention cannot be dropped; it is tried again')
      failing = code
    }
  }

  void (async () => {
    for await (const _ of clock.every(everyMs, { signal })) await prune()
  })().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return counts
}
