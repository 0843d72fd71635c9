/** Keeps one connection to one server, for as long as it takes: connect, log in, wait, again. */
import { createBackoff, reasonOf, SinkError } from '@netstats/sdk'
import type { SinkContext } from '@netstats/sdk'

/** How a connection ended, and how long the server is left alone at least: the growing wait of the keeper comes on top. */
export interface ConnectionEnd {
  /** For counting. */
  readonly how: string
  readonly reason: string
  readonly restMs?: number
  /** Nobody's trouble: come back after this wait, and say nothing of it. */
  readonly backInMs?: number
}

/** What a connection is given, and has to say. */
export interface Connecting<Login> {
  readonly signal: AbortSignal
  /** A login stands; `about` is what is worth a line in the log. */
  readonly stands: (login: Login, about: object) => void
  /** The peer has proved to be well: the next failure counts as the first one again. */
  readonly works: () => void
  /** The login does not stand any more. Said before anybody could use it. */
  readonly falls: () => void
}

export interface KeeperOptions<Login> {
  readonly context: SinkContext
  /** Names the sink and the server in what is said. */
  readonly sink: string
  readonly server: string
  /** One connection from its beginning to its end, which it resolves to. What it throws ends the sink, unless it is weather. */
  readonly connect: (connecting: Connecting<Login>) => Promise<ConnectionEnd>
  /** Whether an error is one of the connection, which passes, or a bug. */
  readonly isWeather: (error: unknown) => boolean
  /** How long `ready` waits for a login under way: longer than one can take, so that its outcome is what is reported. */
  readonly patienceMs: number
  /** A connection ended, or none was made; the next attempt is so far away. */
  readonly onEnd?: (reason: string, waitMs: number) => void
}

export interface Keeper<Login> extends AsyncDisposable {
  /** Begin to connect; once is enough. */
  start(): void
  /** The login that stands now. */
  login(): Login | undefined
  /** The login to send through, waiting a moment for one under way. Throws when the keeper itself broke. */
  ready(options: { signal: AbortSignal }): Promise<Login | undefined>
  /** Why there is no login, and how long until the next attempt. */
  trouble(): { readonly reason: string; readonly waitMs: number }
}

const notYet = 'not connected yet'

export const openKeeper = <Login extends object>(options: KeeperOptions<Login>): Keeper<Login> => {
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

  const attempt = async (): Promise<ConnectionEnd> => {
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
      if (!options.isWeather(error)) throw error
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
      const waitMs = (end.restMs ?? 0) + backoff.next()
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
