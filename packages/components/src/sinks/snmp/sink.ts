import { reasonOf } from '@netstats/sdk'
import type { Batch, Delivery, Sink, SinkContext, SpooledObservation } from '@netstats/sdk'
import { openSnmpClient } from '../../snmp/client.ts'
import type { SnmpClient } from '../../snmp/client.ts'
import { SnmpError } from '../../snmp/errors.ts'
import { loadSnmp } from '../../snmp/library.ts'
import type { SnmpSinkConfig } from './config.ts'
import { engineOf } from './engine.ts'
import { notificationOf } from './notification.ts'

/** Informs that may wait for their acknowledgement at a time. */
const together = 10

export const openSnmpSink = async (config: SnmpSinkConfig, context: SinkContext): Promise<Sink> => {
  const { endpoint, community, user, mode, timeout, retries } = config
  const library = await loadSnmp()
  const { log, status, spool, clock } = context
  const engine = engineOf(config.engineId, spool, clock)
  const disposed = new AbortController()
  if (user !== undefined && mode === 'trap')
    log.info({ engineId: engine.id.toString('hex'), boots: engine.boots }, 'sends SNMP traps as this engine')

  const send = async (client: SnmpClient, item: SpooledObservation): Promise<'sent' | SnmpError> => {
    const notification = notificationOf(item, spool.id)
    if (notification === undefined) return 'sent'
    try {
      await client[mode](notification.oid, notification.varbinds)
      return 'sent'
    } catch (error) {
      // The receiver has read it and will not take it: it would not later either.
      if (error instanceof SnmpError && error.code === 'SNMP_REFUSED') return error
      throw error
    }
  }

  const deliver = async ({ items }: Batch, signal: AbortSignal): Promise<Delivery> => {
    const refused = { observations: 0, reason: '' }
    const outcome = () => (refused.observations === 0 ? {} : { refused: { ...refused } })
    let through: number | undefined
    try {
      // One for each delivery: a receiver that was restarted or replaced is met as a new one.
      await using client = await openSnmpClient(library, {
        ...endpoint,
        access: { community, user },
        timeoutMs: timeout,
        retries,
        signal,
        ...(mode === 'trap' ? { engine } : {}),
      })
      for (let i = 0; i < items.length; i += together) {
        const part = items.slice(i, i + together)
        const settled = await Promise.allSettled(part.map((item) => send(client, item)))
        for (const [at, one] of settled.entries()) {
          if (one.status === 'rejected') throw one.reason
          through = part[at]?.sequence
          if (one.value === 'sent') continue
          refused.observations++
          refused.reason = reasonOf(one.value)
        }
      }
    } catch (error) {
      return { status: 'retry', reason: reasonOf(signal.aborted ? signal.reason : error), through, ...outcome() }
    }
    status.ok()
    return { status: 'delivered', ...outcome() }
  }

  return {
    async deliver(batch, { signal }) {
      const until = AbortSignal.any([signal, disposed.signal])
      if (until.aborted) return { status: 'retry', reason: 'called off' }
      return deliver(batch, until)
    },
    async [Symbol.asyncDispose]() {
      disposed.abort(new SnmpError('SNMP_CLOSED', 'closed'))
    },
  }
}
