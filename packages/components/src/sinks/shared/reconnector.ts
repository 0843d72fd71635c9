/** Keeps a connection to one server: connects, logs in, waits after it was lost, and begins again. */
import { createBackoff, reasonOf, SinkError } from '@netstats/sdk'
import type { SinkContext } from '@netstats/sdk'

/** How an attempt ended, and how long to wait at least: the growing wait of the reconnector comes on top. */
export interface AttemptEnd {
  /** For counting. */
  readonly how: string
  readonly reason: string
  readonly restMs?: number
  /** The whole wait instead: nothing comes on top. */
  readonly waitMs?: number
  /** No fault: the next attempt comes after this wait, without a word in the state. */
  readonly backInMs?: number
}

/** What an attempt is given, and has to report. */
export interface Attempt<Login> {
  readonly signal: AbortSignal
  /** The login was accepted; `about` goes into the log. */
  readonly stands: (login: Login, about: object) => void
  /** The peer has proved to be well: the next failure counts as the first one again. */
  readonly works: () => void
  /** The login is over. Said before anything can use it again. */
  readonly falls: () => void
}

export interface ReconnectorOptions<Login> {
  readonly context: SinkContext
  /** Names the sink and the server in what is said. */
  readonly sink: string
  readonly server: string
  /** One connection from its beginning to its end, which it resolves to. What it throws ends the sink, unless `isTransient` says otherwise. */
  readonly connect: (connecting: Attempt<Login>) => Promise<AttemptEnd>
  /** Whether an error is one of the connection, which passes, or a bug. */
  readonly isTransient: (error: unknown) => boolean
  /** How long `ready` waits for a login under way: longer than one can take, so that its outcome is what is reported. */
  readonly patienceMs: number
  /** A connection ended, or none was made; the next attempt is so far away. */
  readonly onEnd?: (reason: string, waitMs: number) => void
}

export interface Reconnector<Login> extends AsyncDisposable {
  /** Begin to connect; once is enough. */
  start(): void
  /** The current login. */
  login(): Login | undefined
  /** The login to send through, waiting a moment for one under way. Throws when the reconnector itself broke. */
  ready(options: { signal: AbortSignal }): Promise<Login | undefined>
  /** Why there is no login, and how long until the next attempt. */
  trouble(): { readonly reason: string; readonly waitMs: number }
}

const notYet = 'not connected yet'

// oxlint-disable-next-line max-lines-per-function -- an attempt, the wait after it and who waits for its end share their state
export const openReconnector = <Login extends object>(options: ReconnectorOptions<Login>): Reconnector<Login> => {
  const { context, server } = options
  const { clock, log, status } = context
  const backoff = createBackoff({ clock, firstMs: 1000, maxMs: 15_000, minMs: 200, healthyAfterMs: 30_000 })
  const stop = new AbortController()
  const { signal } = stop
  const started = Promise.withResolvers<void>()
  /** Resolved and replaced whenever a login stands or an attempt ended. */
  let changed = Promise.withResolvers<void>()
  let login: Login | undefined
  let nextAttemptAt: number | undefined
  let reason = notYet
  let broken: SinkError | undefined

  const announce = (): void => {
    changed.resolve()
    changed = Promise.withResolvers()
  }

  const attempt = async (): Promise<AttemptEnd> => {
    try {
      return await options.connect({
        signal,
        stands: (standing, about) => {
          login = standing
          reason = notYet
          backoff.working()
          status.ok()
          context.count('logins')
          log.info({ server, ...about }, 'logged in')
          announce()
        },
        works: () => backoff.reset(),
        falls: () => {
          login = undefined
        },
      })
    } catch (error) {
      if (!options.isTransient(error)) throw error
      return { how: 'lost', reason: reasonOf(error) }
    } finally {
      login = undefined
    }
  }

  const keep = async (): Promise<void> => {
    await started.promise
    while (!signal.aborted) {
      nextAttemptAt = undefined
      const end = await attempt()
      if (signal.aborted) return
      context.count('connections_ended', { how: end.how })
      if (end.backInMs !== undefined) {
        options.onEnd?.(end.reason, end.backInMs)
        await clock.sleep(end.backInMs, { signal })
        continue
      }
      const waitMs = end.waitMs ?? (end.restMs ?? 0) + backoff.next()
      // The host logs a change of status; what every attempt said is for those who look closer.
      status.degraded(end.reason)
      log.debug({ server, reason: end.reason, waitMs: Math.round(waitMs) }, 'not connected')
      reason = end.reason
      nextAttemptAt = clock.monotonic() + waitMs
      options.onEnd?.(reason, waitMs)
      announce()
      await clock.sleep(waitMs, { signal })
    }
  }

  const task = keep().catch((error: unknown) => {
    if (signal.aborted) return
    broken = new SinkError('SINK_BROKE', `The ${options.sink} sink broke: ${reasonOf(error)}`, { cause: error })
    announce()
  })

  /** Waits for `event`, at most as long as there is patience, and no longer than the signal lives. */
  const orAbort = async (event: Promise<void>, outer: AbortSignal): Promise<void> => {
    if (outer.aborted) return
    const own = new AbortController()
    const abort = (): void => own.abort()
    outer.addEventListener('abort', abort, { once: true })
    await Promise.race([event, clock.sleep(options.patienceMs, { signal: own.signal }).catch(() => undefined)])
    own.abort()
    outer.removeEventListener('abort', abort)
  }

  return {
    start: () => started.resolve(),
    login: () => login,
    ready: async (at) => {
      if (!broken && !login && nextAttemptAt === undefined) await orAbort(changed.promise, at.signal)
      if (broken) throw broken
      return login
    },
    trouble: () => ({
      reason,
      waitMs: nextAttemptAt === undefined ? 0 : Math.max(0, nextAttemptAt - clock.monotonic()),
    }),
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      started.resolve()
      await task
    },
  }
}
