import { reasonOf } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import { StoreError } from '@netstats/store'
import type { Retention, ManagedStore } from '@netstats/store'
import type { AlarmReceivers } from '../alarms/notifier/receivers.ts'
import type { AuthAdmin } from '../auth/operation.ts'
import type { HistoryReader } from '../history/history-model.ts'
import type { Health } from '../telemetry/health.ts'
import { createStoreAdmin } from './admin.ts'
import { createBackup } from './backup.ts'
import { openAdminSocket } from './socket-server.ts'
import type { AdminSocket } from './socket-server.ts'

export interface AdminSocketOptions {
  readonly data: string
  /** Undefined where no history is kept. */
  readonly reader: Pick<HistoryReader, 'store' | 'reason'> | undefined
  readonly retention: Retention
  readonly auth: AuthAdmin
  readonly receivers: AlarmReceivers
  readonly copyAuth: (to: string) => Promise<void>
  /** Undefined where alarms are off. */
  readonly copyAlarms: ((to: string) => Promise<void>) | undefined
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
}

/** The socket for the commands of an operator; a server that cannot open it works without. */
export const openServerAdminSocket = async (options: AdminSocketOptions): Promise<AdminSocket | undefined> => {
  const { data, reader, retention, auth, receivers, copyAuth, copyAlarms, log, health } = options
  const store = (): ManagedStore => {
    if (reader?.store !== undefined) return reader.store
    const reason = reader?.reason ?? 'this server keeps none.'
    throw new StoreError('STORE_UNUSABLE', `The history cannot be used: ${reason}`, { retryable: true })
  }
  try {
    const socket = await openAdminSocket({
      data,
      log,
      auth,
      receivers,
      admin: createStoreAdmin({
        store,
        retention,
        backup: createBackup({ data, store: reader && store, copyAuth, copyAlarms }),
        now: Date.now,
      }),
    })
    health.set('admin', 'ok')
    return socket
  } catch (error) {
    health.set('admin', 'degraded', reasonOf(error))
    log.warn({ error }, 'commands cannot reach this server')
    return undefined
  }
}
