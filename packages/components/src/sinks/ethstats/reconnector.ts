/** Keeps a login at an ethstats server: how to connect, and how long to wait after which end. */
import type { NodeInfo } from '@netstats/protocol'
import type { SinkContext } from '@netstats/sdk'
import { redactUrl, requestHeaders } from '@netstats/sdk/config'
import { openReconnector as openSharedReconnector } from '../shared/reconnector.ts'
import type { AttemptEnd, Reconnector as SharedReconnector } from '../shared/reconnector.ts'
import { connectFirst } from '../shared/socket.ts'
import type { TlsOptions } from '../shared/tls.ts'
import type { EthstatsConfig } from './config.ts'
import { EthstatsError } from './errors.ts'
import { openConnection } from './connection.ts'
import type { Connection, ConnectionEnd } from './connection.ts'
import { createLogin } from './login.ts'
import type { Login } from './login.ts'

/** A server that refused, or sent us away, is left alone for at least so long. */
const afterRefusalMs = 10_000
const afterReloginMs = 1000
const patienceMs = 26_000
/** What geth takes at most from a server. */
const maxFrameBytes = 15 * 1024 * 1024

export interface ReconnectorOptions {
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

export interface Reconnector extends SharedReconnector<Login> {
  /** Log in again if `info` is another one than at the last login. True if so. */
  refresh(): boolean
}

export const openReconnector = (options: ReconnectorOptions): Reconnector => {
  const { config, context, id, urls, tls } = options
  let connection: Connection | undefined

  const reconnector = openSharedReconnector<Login>({
    context,
    sink: 'ethstats',
    server: redactUrl(config.endpoint),
    patienceMs,
    isTransient: (error) => error instanceof EthstatsError,
    connect: async ({ signal, stands, falls }) => {
      const unreachable = (message: string): Error => new EthstatsError('ETHSTATS_UNREACHABLE', message)
      const { socket, url } = await connectFirst(
        { urls, tls, headers: requestHeaders(config), maxFrameBytes, kind: 'ethstats', unreachable },
        { signal },
      )
      const opened = openConnection({
        socket,
        clock: context.clock,
        id,
        secret: config.secret?.reveal() ?? '',
        info: options.info(),
        pingIntervalMs: config.pingInterval,
        onReport: () => {
          const login = createLogin(opened, id)
          stands(login, { server: redactUrl(url) })
          options.onLogin(login)
        },
        onHistory: (numbers) => {
          const login = reconnector.login()
          if (login) options.onHistory(numbers, login)
          else context.count('history_unanswered')
        },
        onFrame: (event) => context.count('frames', { event }),
        onEnd: () => {
          connection = undefined
          falls()
        },
      })
      connection = opened
      const abort = (): void => opened.end('closed', 'the agent ends')
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) abort()
      try {
        return attemptEnd(await opened.ended)
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
  })

  return {
    ...reconnector,
    refresh: () => {
      if (!connection || sameInfo(connection.info, options.info())) return false
      connection.end('relogin', 'the node is another one than before')
      return true
    },
  }
}

const attemptEnd = ({ how, reason }: ConnectionEnd): AttemptEnd => ({
  how,
  reason,
  ...(how === 'refused' ? { restMs: afterRefusalMs } : {}),
  ...(how === 'relogin' ? { backInMs: afterReloginMs } : {}),
})

const sameInfo = (a: NodeInfo, b: NodeInfo): boolean => JSON.stringify(a) === JSON.stringify(b)
