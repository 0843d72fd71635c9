/** Keeps one connection to one server, for as long as it takes: connect, log in, wait, again. */
import type { NodeInfo } from '@netstats/protocol'
import { createBackoff, reasonOf, SinkError } from '@netstats/sdk'
import type { SinkContext } from '@netstats/sdk'
import type { EthstatsConfig } from './config.ts'
import { EthstatsError } from './errors.ts'
import { openLink } from './link.ts'
import type { Link, LinkEnd } from './link.ts'
import { createLogin } from './login.ts'
import type { Login } from './login.ts'
import { connectFirst } from './socket.ts'
import type { TlsOptions } from './socket.ts'

/** A server that refused, or sent us away, is left alone for at least so long. */
const afterRefusalMs = 10_000
const afterReloginMs = 1000
/** How long `ready` waits for a login under way: longer than one can take, so that its outcome is what is reported. */
const patienceMs = 26_000
const notYet = 'not connected yet'

export interface KeeperOptions {
  readonly config: EthstatsConfig
  readonly context: SinkContext
  readonly id: string
  readonly urls: readonly string[]
  readonly tls: TlsOptions
  readonly info: () => NodeInfo
  /** The login stands: tell the server what is. */
  readonly onLogin: (login: Login) => void
  readonly onHistory: (numbers: readonly number[] | undefined, login: Login) => void
}

export interface Keeper extends AsyncDisposable {
  /** Begin to connect; once is enough. */
  start(): void
  /** Log in anew if `info` is another one than at the last login. True if so. */
  refresh(): boolean
  /** The login to send through, waiting a moment for one under way. Throws when the keeper itself broke. */
  ready(options: { signal: AbortSignal }): Promise<Login | undefined>
  /** Why there is no login, and how long until the next attempt. */
  trouble(): { readonly reason: string; readonly waitMs: number }
}

export const openKeeper = (options: KeeperOptions): Keeper => {
  const { config, context, id, urls, tls } = options
  const { clock, log, status } = context
  const backoff = createBackoff({ clock, firstMs: 1000, maxMs: 60_000, minMs: 200, healthyAfterMs: 30_000 })
  const stop = new AbortController()
  const { signal } = stop
  const started = Promise.withResolvers<void>()
  /** Resolved and replaced whenever a login stands or an attempt ended. */
  let changed = Promise.withResolvers<void>()
  let link: Link | undefined
  let login: Login | undefined
  let nextAttemptAt: number | undefined
  let reason = notYet
  let broken: SinkError | undefined

  const announce = (): void => {
    changed.resolve()
    changed = Promise.withResolvers()
  }

  const session = async (): Promise<LinkEnd> => {
    const { socket, url } = await connectFirst(urls, tls, { signal })
    const opened = openLink({
      socket,
      clock,
      id,
      secret: config.secret?.reveal() ?? '',
      info: options.info(),
      pingIntervalMs: config.pingInterval,
      onReport: () => {
        login = createLogin(opened, id)
        reason = notYet
        backoff.working()
        status.ok()
        context.count('logins')
        log.info({ server: url }, 'logged in')
        options.onLogin(login)
        announce()
      },
      onHistory: (numbers) => (login ? options.onHistory(numbers, login) : context.count('history_unanswered')),
      onFrame: (event) => context.count('frames', { event }),
      onEnd: () => {
        link = undefined
        login = undefined
      },
    })
    link = opened
    const abort = (): void => opened.end('closed', 'the agent ends')
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      return await opened.ended
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  const attempt = async (): Promise<LinkEnd> => {
    try {
      return await session()
    } catch (error) {
      if (!(error instanceof EthstatsError)) throw error
      return { how: 'lost', reason: error.message }
    }
  }

  const keep = async (): Promise<void> => {
    await started.promise
    while (!signal.aborted) {
      nextAttemptAt = undefined
      const end = await attempt()
      if (signal.aborted) return
      context.count('connections_ended', { how: end.how })
      if (end.how === 'relogin') {
        // Nobody's trouble: whoever wants to send waits that moment.
        await clock.sleep(afterReloginMs, { signal })
        continue
      }
      const waitMs = end.how === 'refused' ? afterRefusalMs + backoff.next() : backoff.next()
      // The host logs a change of status; what every attempt said is for those who look closer.
      status.degraded(end.reason)
      log.debug({ server: config.endpoint, reason: end.reason, waitMs: Math.round(waitMs) }, 'not connected')
      reason = end.reason
      nextAttemptAt = clock.monotonic() + waitMs
      announce()
      await clock.sleep(waitMs, { signal })
    }
  }

  const task = keep().catch((error: unknown) => {
    if (signal.aborted) return
    broken = new SinkError('SINK_BROKE', `The ethstats sink broke: ${reasonOf(error)}`, { cause: error })
    announce()
  })

  return {
    start: () => started.resolve(),
    refresh: () => {
      if (!link || sameInfo(link.info, options.info())) return false
      link.end('relogin', 'the node is another one than before')
      return true
    },
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

  /** Waits for `event`, at most `patienceMs`, and no longer than the signal lives. */
  async function orAbort(event: Promise<void>, outer: AbortSignal): Promise<void> {
    const own = new AbortController()
    const abort = (): void => own.abort()
    if (outer.aborted) return
    outer.addEventListener('abort', abort, { once: true })
    await Promise.race([event, clock.sleep(patienceMs, { signal: own.signal }).catch(() => undefined)])
    own.abort()
    outer.removeEventListener('abort', abort)
  }
}

const sameInfo = (a: NodeInfo, b: NodeInfo): boolean => JSON.stringify(a) === JSON.stringify(b)
