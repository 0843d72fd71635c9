import { reasonOf } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import { StoreError } from '@netstats/sdk/store'
import type { Retention } from '@netstats/sdk/store'
import type { AccessAdmin } from '../access/operations.ts'
import type { HistoryReader } from '../history/model.ts'
import type { Health } from '../self/health.ts'
import { createStoreAdmin } from './admin.ts'
import { openControl } from './socket-server.ts'
import type { Control } from './socket-server.ts'

export interface ServerControlOptions {
  readonly data: string
  /** Undefined where no history is kept. */
  readonly reader: Pick<HistoryReader, 'store' | 'reason'> | undefined
  readonly retention: Retention
  readonly access: AccessAdmin
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
}

/** The socket for the commands of an operator; a server that can not open it works without. */
export const openServerControl = async (options: ServerControlOptions): Promise<Control | undefined> => {
  const { data, reader, retention, access, log, health } = options
  try {
    const control = await openControl({
      data,
      log,
      access,
      admin() {
        if (reader?.store === undefined) {
          const reason = reader?.reason ?? 'this server keeps none.'
          throw new StoreError('STORE_UNUSABLE', `The history can not be used: ${reason}`, { retryable: true })
        }
        return createStoreAdmin({ store: reader.store, retention, now: Date.now })
      },
    })
    health.set('control', 'ok')
    return control
  } catch (error) {
    health.set('control', 'degraded', reasonOf(error))
    log.warn({ error }, 'commands can not reach this server')
    return undefined
  }
}
