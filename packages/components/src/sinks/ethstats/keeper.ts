/** The keeper of an ethstats login: what a connection is, and how long a server is left alone after which end. */
import type { NodeInfo } from '@netstats/protocol'
import type { SinkContext } from '@netstats/sdk'
import { openKeeper as openSharedKeeper } from '../shared/keeper.ts'
import type { ConnectionEnd, Keeper as SharedKeeper } from '../shared/keeper.ts'
import { connectFirst } from '../shared/socket.ts'
import type { TlsOptions } from '../shared/tls.ts'
import type { EthstatsConfig } from './config.ts'
import { EthstatsError } from './errors.ts'
import { openLink } from './link.ts'
import type { Link, LinkEnd } from './link.ts'
import { createLogin } from './login.ts'
import type { Login } from './login.ts'

/** A server that refused, or sent us away, is left alone for at least so long. */
const afterRefusalMs = 10_000
const afterReloginMs = 1000
const patienceMs = 26_000
/** What geth takes at most from a server. */
const maxFrameBytes = 15 * 1024 * 1024

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

export interface Keeper extends SharedKeeper<Login> {
  /** Log in anew if `info` is another one than at the last login. True if so. */
  refresh(): boolean
}

export const openKeeper = (options: KeeperOptions): Keeper => {
  const { config, context, id, urls, tls } = options
  let link: Link | undefined

  const keeper = openSharedKeeper<Login>({
    context,
    sink: 'ethstats',
    server: config.endpoint,
    patienceMs,
    isWeather: (error) => error instanceof EthstatsError,
    connect: async ({ signal, stands, falls }) => {
      const unreachable = (message: string): Error => new EthstatsError('ETHSTATS_UNREACHABLE', message)
      const { socket, url } = await connectFirst(
        { urls, tls, maxFrameBytes, kind: 'ethstats', unreachable },
        { signal },
      )
      const opened = openLink({
        socket,
        clock: context.clock,
        id,
        secret: config.secret?.reveal() ?? '',
        info: options.info(),
        pingIntervalMs: config.pingInterval,
        onReport: () => {
          const login = createLogin(opened, id)
          stands(login, { server: url })
          options.onLogin(login)
        },
        onHistory: (numbers) => {
          const login = keeper.login()
          if (login) options.onHistory(numbers, login)
          else context.count('history_unanswered')
        },
        onFrame: (event) => context.count('frames', { event }),
        onEnd: () => {
          link = undefined
          falls()
        },
      })
      link = opened
      const abort = (): void => opened.end('closed', 'the agent ends')
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) abort()
      try {
        return connectionEnd(await opened.ended)
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
  })

  return {
    ...keeper,
    refresh: () => {
      if (!link || sameInfo(link.info, options.info())) return false
      link.end('relogin', 'the node is another one than before')
      return true
    },
  }
}

const connectionEnd = ({ how, reason }: LinkEnd): ConnectionEnd => ({
  how,
  reason,
  ...(how === 'refused' ? { restMs: afterRefusalMs } : {}),
  ...(how === 'relogin' ? { backInMs: afterReloginMs } : {}),
})

const sameInfo = (a: NodeInfo, b: NodeInfo): boolean => JSON.stringify(a) === JSON.stringify(b)
