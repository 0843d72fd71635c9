/** Who could report to a server as it is configured, and whether that is meant. */
import type { ServerConfig } from './config.ts'
import { ServerError } from './lib/errors.ts'
import { isLoopback } from './lib/loopback.ts'

export type Exposure = 'closed' | 'this-machine' | 'meant'

type Exposed = Pick<ServerConfig, 'listen'> & {
  readonly ethstats: Pick<ServerConfig['ethstats'], 'secret' | 'moreSecrets'>
  readonly auth: Pick<ServerConfig['auth'], 'open' | 'requireTokens'>
}

const cure =
  'Set ethstats.secret (--ethstats-secret-file FILE) or auth.requireTokens, or say that this is meant: auth.open: true (--open).'

/** `everybody`: others than this machine could report, and nobody has said that they may. */
export const exposureOf = ({ listen, ethstats, auth }: Exposed): Exposure | 'everybody' => {
  if (ethstats.secret !== undefined || ethstats.moreSecrets.length > 0 || auth.requireTokens) return 'closed'
  if (auth.open) return 'meant'
  return isLoopback(listen.host) ? 'this-machine' : 'everybody'
}

/**
 * Throws where others than this machine could report without any secret and nobody has said that they may. Who comes to this
 * machine through a proxy of `trustedProxies` is refused at the login, and through any other before it.
 */
export const checkExposure = (config: Exposed): Exposure => {
  const exposure = exposureOf(config)
  if (exposure !== 'everybody') return exposure
  const { listen } = config
  const who = `everybody who reaches ${listen.host} on port ${listen.port}`
  throw new ServerError('SERVER_OPEN_TO_ALL', `Without a secret ${who} could report as any node. ${cure}`)
}
