/** A server: the parts of its roles, opened one after the other and closed in reverse order. */
import type { WatchedPart } from '@netstats/runtime'
import type { PartStatus } from '@netstats/sdk'
import { formatListenAddress } from '@netstats/sdk/config'
import type { Auth } from './auth/mod.ts'
import type { History } from './history/history-model.ts'
import { closingReasons } from './lib/closing.ts'
import { reachable } from './net/address.ts'
import { openAllRoles } from './roles/all.ts'
import type { ServerOptions } from './roles/base.ts'
import { openParts } from './roles/parts.ts'
import type { Core } from './shard/shard-model.ts'

/** A running server. Disposing it drains and closes everything it opened, within a bound. */
export interface ServerHandle extends AsyncDisposable {
  /** Where it really listens: the port is never 0. */
  readonly address: { readonly host: string; readonly port: number }
  readonly url: string
  /** Processes that take in agents beside this one. */
  readonly workers: number
  /** The live state, to look at. */
  readonly core: Core
  /** Undefined where the configuration turns it off. */
  readonly history: History | undefined
  readonly auth: Auth
  /** Reads the certificate again, where there is one. */
  reload(): Promise<void>
  parts(): readonly PartStatus[]
  /** Parts whose standstill means that the server has to be started again. */
  watched(): readonly WatchedPart[]
}

export const openServer = async (options: ServerOptions): Promise<ServerHandle> => {
  const { log } = options
  const { role, parts } = await openParts({ log, onOpened: options.onPartOpened }, (opening) =>
    openAllRoles(opening, options),
  )
  const { entry, tls, base } = role
  const close = async (): Promise<void> => {
    try {
      await parts[Symbol.asyncDispose]()
    } catch (error) {
      log.error({ reasons: closingReasons(error) }, 'stopped, and not everything could be closed')
      throw error
    }
    log.info({}, 'stopped')
  }
  let closing: Promise<void> | undefined

  return {
    address: entry.address,
    get workers() {
      return entry.workers
    },
    url: `http${tls === undefined ? '' : 's'}://${formatListenAddress(reachable(entry.address))}`,
    core: role.core,
    history: role.history,
    auth: role.auth,
    async reload() {
      entry.reload()
      await tls?.reload()
    },
    parts: () => base.health.parts(),
    watched: () => base.health.watched(),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  }
}
