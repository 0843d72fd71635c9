import { resolve } from 'node:path'
import type { Logger } from '@netstats/sdk'
import { formatListenAddress } from '@netstats/sdk/config'
import { loadConfig } from '@netstats/runtime/config'
import type { FlagValue } from '@netstats/runtime/config'
import type { ListenAddress } from '@netstats/sdk/config'
import { openServer } from '@netstats/server'
import type { ServerHandle } from '@netstats/server'
import { single } from '../agent-flags.ts'
import { configSchemas } from '../config-kinds.ts'
import { dashboardFolder } from '../dashboard-folder.ts'
import { CliError } from '../errors.ts'
import { version } from '../version.ts'
import { nextFreeAddress } from './free-port.ts'

const standard: ListenAddress = { host: '127.0.0.1', port: 3000 }
const portsTried = 20

export interface ServerParts {
  /** As the operator gave it; without it the usual port or the next free one is taken. */
  readonly listen: string | undefined
  readonly data: string
  readonly secret: string
  /** What else is told to the server. */
  readonly told: readonly FlagValue[]
  readonly log: Logger
  readonly say: (line: string) => void
}

/** The server of `up` and `demo`, with its dashboard. */
export const startServer = async (parts: ServerParts): Promise<ServerHandle> => {
  const dashboard = dashboardFolder()
  if (dashboard === undefined) {
    const cure = 'run "npm run build" in the repository, or start with npm start, which builds it'
    throw new CliError('CLI_DASHBOARD_MISSING', `the dashboard is not built; ${cure}`)
  }
  const free = parts.listen === undefined ? await freeAddress() : undefined
  const { log: _, ...config } = loadConfig({
    schema: await configSchemas.server(),
    flags: [
      ...single('--listen', ['listen'], parts.listen ?? formatListenAddress(free ?? standard)),
      ...single('--data', ['data'], resolve(parts.data, 'server')),
      ...single('secret', ['ethstats', 'secret'], parts.secret),
      ...parts.told,
    ],
  })
  const server = await openServer({ config, log: parts.log, version, dashboard })
  // Said only now: a second one on the same data folder does not get as far.
  if (free !== undefined && free.port !== standard.port)
    parts.say(`Port ${standard.port} is in use by another program; took ${free.port}.`)
  return server
}

const freeAddress = async (): Promise<ListenAddress> => {
  const free = await nextFreeAddress(standard, portsTried)
  if (free === undefined) {
    const ports = `${standard.port} to ${standard.port + portsTried - 1}`
    throw new CliError('CLI_NO_FREE_PORT', `the ports ${ports} are all in use; choose one with --listen 127.0.0.1:PORT`)
  }
  return free
}
