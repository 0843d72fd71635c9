import type { Clock } from '@netstats/sdk'
import { reasonOf } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { StatusReporter } from '@netstats/sdk'

/** Whether a spool can write, and reports when that changes. */
export interface Health {
  trouble(fault: unknown): void
  /** A write went well: after a quiet while the trouble is over. */
  calm(): void
  failing(): boolean
  close(): void
}

export interface HealthOptions {
  readonly clock: Clock
  readonly log: Logger
  readonly status?: StatusReporter
}

/** A trouble is over when there was none for so long: a full disk lets a write through now and then. */
const calmMs = 10_000
const retryMs = 1000

/** `retry` is called some time after a trouble: what could not be saved is tried again, though nothing new arrives. */
export const createHealth = ({ clock, log, status }: HealthOptions, retry: () => void): Health => {
  const closing = new AbortController()
  let lastFaultAt: number | undefined
  let retrying = false

  const retryLater = async (): Promise<void> => {
    retrying = true
    await clock.sleep(retryMs, { signal: closing.signal }).catch(() => undefined)
    retrying = false
    if (!closing.signal.aborted) retry()
  }

  return {
    trouble(fault) {
      if (lastFaultAt === undefined) {
        log.error({ error: fault }, 'the spool cannot write: the disk is full or failing')
        status?.degraded(`the spool cannot write: ${reasonOf(fault)}`)
      }
      lastFaultAt = clock.monotonic()
      if (!retrying) void retryLater()
    },
    calm() {
      if (lastFaultAt === undefined || clock.monotonic() - lastFaultAt < calmMs) return
      lastFaultAt = undefined
      log.info({}, 'the spool writes again')
      status?.ok()
    },
    failing: () => lastFaultAt !== undefined,
    close: () => closing.abort(),
  }
}
