import type { Clock } from '../clock.ts'
import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { StatusReporter } from '../status.ts'

/** Whether a spool can write, and who is told when that changes. */
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
        log.error({ error: fault }, 'the spool can not write: the disk is full or failing')
        status?.degraded(`the spool can not write: ${reasonOf(fault)}`)
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
