/** Who is notified of alarms, in this server: the notifier over the spool of the sinks. */
import { reasonOf } from '@netstats/sdk'
import type { Alarms } from '../alarms/alarms.ts'
import { createHeartbeat } from '../alarms/notifier/heartbeat.ts'
import { openNotifier } from '../alarms/notifier/notifier.ts'
import type { Notifier, NotifierStateStore } from '../alarms/notifier/notifier.ts'
import { createReceivers, groupingReceivers, noReceivers, receiversOf } from '../alarms/notifier/receivers.ts'
import type { AlarmReceivers } from '../alarms/notifier/receivers.ts'
import { routeTree } from '../alarms/notifier/route-tree.ts'
import type { Auth } from '../auth/mod.ts'
import { builtInRegistry } from '../config.ts'
import type { ServerSinks } from '../sinks/server-sinks.ts'
import type { Base } from './base.ts'

export interface AlarmNotifying {
  /** Undefined where nobody is to be told. */
  readonly notifier: Notifier | undefined
  readonly receivers: AlarmReceivers
}

export const openNotifying = (
  base: Base,
  auth: Auth,
  sinks: ServerSinks | undefined,
  store: NotifierStateStore,
): AlarmNotifying => {
  const { config, registry = builtInRegistry, log, health, metrics } = base
  const receivers = receiversOf(config.alarms, registry)
  if (receivers.length === 0 || sinks === undefined) return { notifier: undefined, receivers: noReceivers }
  const notifier = openNotifier({
    root: routeTree(config.alarms.routes, config.alarms.receivers),
    everyStep: receivers.filter(({ everyStep }) => everyStep).map(({ name }) => name),
    groups: groupingReceivers(receivers, registry),
    publicUrl: config.publicUrl?.replace(/\/+$/, ''),
    sinks,
    store,
    now: Date.now,
    log,
  })
  metrics.gauge(
    'alarms_followed',
    'Alarms of which somebody was told, or is to be told.',
    [],
    () => notifier.counts().followed,
  )
  metrics.counter(
    'alarms_not_followed_total',
    'Alarms of which nobody was told because there were too many at a time.',
    [],
    () => notifier.counts().overflow,
  )
  return {
    notifier,
    receivers: createReceivers({
      receivers,
      parts: () => health.parts(),
      backlogs: () => sinks.backlogs(),
      deliveredAt: () => sinks.deliveredAt(),
      notifier,
      note: (actor, receiver) => auth.audit.later(actor, { action: 'alarms.test', subject: receiver }),
    }),
  }
}

/** Tells what has become due, once a second; what the disk does not take is tried again. */
export const tickNotifier = ({ health, log }: Base, notifier: Notifier): void => {
  let isBusy = false
  health.every('alarms/notifier', 1000, () => {
    if (isBusy) return
    isBusy = true
    void notifier
      .tick()
      .then(
        () => health.set('alarms/notifier', 'ok'),
        (error: unknown) => {
          if (health.set('alarms/notifier', 'degraded', `cannot be written: ${reasonOf(error)}`))
            log.warn({ error }, 'receivers cannot be notified of alarms')
        },
      )
      .finally(() => {
        isBusy = false
      })
  })
}

/** Calls as long as rules are judged. */
export const tickHeartbeat = ({ config, health, log, monotonic }: Base, alarms: Pick<Alarms, 'rounds'>): void => {
  const { heartbeat } = config.alarms
  if (heartbeat === undefined) return
  let before = 0
  const { tick } = createHeartbeat({
    url: heartbeat.url.reveal(),
    everyMs: heartbeat.every,
    isAlive: () => {
      const rounds = alarms.rounds()
      const isAlive = rounds > before
      before = rounds
      return isAlive
    },
    monotonic,
    log,
    post: fetch,
  })
  health.every('alarms/heartbeat', 1000, tick)
}
