import { createBackoff } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'
import { reasonOf, UsageError } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { PartState, PartStatus, StatusReporter } from '@netstats/sdk'

/** What a supervised task is given for one attempt. */
export interface TaskContext {
  readonly id: string
  /** Aborts when the part is to end. A task that returns or throws after that has ended well. */
  readonly signal: AbortSignal
  readonly log: Logger
  /** Speaks for this attempt only: calls after its end are not heard. */
  readonly status: StatusReporter
  /** 0 in the first attempt. */
  readonly restarts: number
}

/** A part under supervision. Disposing it ends it alone, within the supervisor's time limit. */
export interface SupervisedPart extends AsyncDisposable {
  readonly id: string
  status(): PartStatus
  /** Resolves when the part has ended for good: by itself, or because it was told to. Never rejects. */
  readonly ended: Promise<void>
}

export interface SupervisorOptions {
  readonly clock: Clock
  readonly log: Logger
  /** Ceiling of the wait before the first restart; it doubles with each failure. */
  readonly firstRestartMs?: number
  readonly maxRestartMs?: number
  /** A part that ran so long before it failed starts over from the first wait. */
  readonly healthyAfterMs?: number
  readonly random?: () => number
  /** All parts together get so long to end when the supervisor is disposed. */
  readonly disposeTimeoutMs?: number
  /** Called at every change of state or reason. */
  readonly onStatus?: (status: PartStatus) => void
}

export interface Supervisor extends AsyncDisposable {
  /** Starts a task and keeps it going: one that throws is started again after a back-off, one that returns is done. */
  run(id: string, task: (context: TaskContext) => Promise<void>): SupervisedPart
  /** Every part that was ever run and not replaced, in the order of their start. */
  statuses(): readonly PartStatus[]
}

interface Part extends SupervisedPart {
  abort(): void
  hung(afterMs: number): void
}

/** Different reasons logged while a part has trouble without a break; more of them are one that changes all the time. */
const mostReasonsLogged = 5

/**
 *            ┌────────── throws, back-off ──────────┐
 *            ▼                                      │
 *   run ─ starting ── ok() ──▶ ok ◀──▶ degraded ──▶ failed
 *            │                 │           │          │
 *            └──── returns, or told to end ┴──────────┴──▶ stopped
 */
export const createSupervisor = (options: SupervisorOptions): Supervisor => {
  const { clock, disposeTimeoutMs = 10_000 } = options
  const parts = new Map<string, Part>()
  let disposing: Promise<void> | undefined

  /** True where it ended in time; the wait costs no more than it needs. */
  const endedWithin = async (part: Part, ms: number): Promise<boolean> => {
    const done = new AbortController()
    const late = clock.sleep(ms, { signal: done.signal }).then(
      () => false,
      () => true,
    )
    try {
      return await Promise.race([part.ended.then(() => true), late])
    } finally {
      done.abort()
    }
  }

  const stop = async (part: Part, ms: number): Promise<boolean> => {
    part.abort()
    return endedWithin(part, ms)
  }

  const disposeAll = async (): Promise<void> => {
    const until = clock.monotonic() + disposeTimeoutMs
    const living = [...parts.values()].filter((part) => part.status().state !== 'stopped').toReversed()
    const late: Part[] = []
    for (const [i, part] of living.entries()) {
      // One that hangs may use up its share of the time, not that of those which come after it.
      const share = Math.max(0, until - clock.monotonic()) / (living.length - i)
      if (!(await stop(part, share))) late.push(part)
    }
    const hung = late.filter((part) => part.status().state !== 'stopped')
    for (const part of hung) part.hung(disposeTimeoutMs)
    if (hung.length > 0) {
      options.log.error({ parts: hung.map((part) => part.id) }, 'parts did not end in time and were left behind')
    }
  }

  return {
    run(id, task) {
      if (disposing) throw new UsageError('SUPERVISOR_CLOSED', `"${id}" cannot start: the supervisor has ended.`)
      const old = parts.get(id)
      if (old && old.status().state !== 'stopped') {
        throw new UsageError('SUPERVISOR_ID_TAKEN', `A part called "${id}" is running already.`)
      }
      parts.delete(id)
      const part = start(id, task, options, async (part) => {
        if (!(await stop(part, disposeTimeoutMs))) part.hung(disposeTimeoutMs)
      })
      parts.set(id, part)
      return part
    },
    statuses: () => [...parts.values()].map((part) => part.status()),
    [Symbol.asyncDispose]: () => (disposing ??= disposeAll()),
  }
}

// oxlint-disable-next-line max-lines-per-function -- the life of one part: its runs, restarts, status and end change together
const start = (
  id: string,
  task: (context: TaskContext) => Promise<void>,
  options: SupervisorOptions,
  dispose: (part: Part) => Promise<void>,
): Part => {
  const { clock, onStatus } = options
  const log = options.log.child({ part: id })
  const abort = new AbortController()
  const backoff = createBackoff({
    clock,
    firstMs: options.firstRestartMs ?? 1000,
    maxMs: options.maxRestartMs ?? 60_000,
    healthyAfterMs: options.healthyAfterMs ?? 30_000,
    ...(options.random ? { random: options.random } : {}),
  })
  let status: PartStatus = { id, state: 'starting', reason: '', since: clock.now(), restarts: 0 }

  const set = (state: PartState, reason: string, restarts = status.restarts): void => {
    if (status.state === state && status.reason === reason && status.restarts === restarts) return
    const since = status.state === state ? status.since : clock.now()
    status = { id, state, reason, since, restarts }
    onStatus?.(status)
  }

  const attempt = async (): Promise<void> => {
    let live = true
    const logged = new Set<string>()
    const reporter: StatusReporter = {
      ok() {
        if (!live || status.state === 'ok') return
        if (status.state === 'degraded' || status.restarts > 0) log.info({}, 'works again')
        set('ok', '')
      },
      degraded(reason) {
        if (!live) return
        if (status.state !== 'degraded') logged.clear()
        // An outage is logged once, and each further thing that is found out about it.
        const isNews = !logged.has(reason) && logged.size < mostReasonsLogged
        if (isNews) logged.add(reason)
        log[isNews ? 'warn' : 'debug']({ reason }, 'has trouble')
        set('degraded', reason)
      },
    }
    try {
      await task({ id, signal: abort.signal, log, status: reporter, restarts: status.restarts })
    } finally {
      live = false
    }
  }

  const loop = async (): Promise<void> => {
    let lastReason = ''
    while (!abort.signal.aborted) {
      backoff.working()
      try {
        await attempt()
        if (abort.signal.aborted) break
        set('stopped', 'finished')
        return
      } catch (error) {
        if (abort.signal.aborted) break
        const reason = reasonOf(error)
        const afterMs = Math.round(backoff.next())
        // The same fault over and over is one piece of news.
        if (reason === lastReason) log.debug({ error, afterMs }, 'failed again')
        else log.warn({ error, afterMs }, 'failed, will be started again')
        lastReason = reason
        set('failed', reason)
        await clock.sleep(afterMs, { signal: abort.signal }).catch(() => undefined)
        if (!abort.signal.aborted) set('starting', `started again after: ${reason}`, status.restarts + 1)
      }
    }
    set('stopped', 'told to end')
  }

  const part: Part = {
    id,
    status: () => status,
    // The task begins in a turn of its own: the caller has the handle first.
    ended: Promise.resolve().then(loop),
    abort: () => abort.abort(new Error(`"${id}" was told to end`)),
    hung(afterMs) {
      log.error({ afterMs }, 'did not end in time')
      set('failed', `did not end within ${afterMs} ms`)
    },
    [Symbol.asyncDispose]: () => dispose(part),
  }
  return part
}
