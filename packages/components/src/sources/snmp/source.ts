import { channel, reasonOf } from '@netstats/sdk'
import type { Channel, NodeId, Observation, Source, SourceContext } from '@netstats/sdk'
import type { ListenAddress } from '@netstats/sdk/config'
import { formatListenAddress } from '@netstats/sdk/config'
import { createRareLog } from '@netstats/sdk/limits'
import { openSnmpClient } from '../../snmp/client.ts'
import { loadSnmp } from '../../snmp/library.ts'
import type { SnmpLibrary } from '../../snmp/library.ts'
import { openSnmpReceiver } from '../../snmp/receiver.ts'
import type { SnmpNotification, SnmpReceiver } from '../../snmp/receiver.ts'
import type { SnmpSourceConfig } from './config.ts'
import { objectsFor } from './objects.ts'
import { pollOnce } from './poll.ts'
import { readTrap } from './traps.ts'

export interface SnmpSource extends Source {
  /** Where traps are received; undefined where none are. */
  readonly trapAddress: ListenAddress | undefined
}

/** What the host is given next, and what to do when it has stored it. */
interface Item {
  readonly observations: readonly Observation[]
  readonly stored?: () => void
}

export const openSnmpSource = async (config: SnmpSourceConfig, context: SourceContext): Promise<SnmpSource> => {
  const library = await loadSnmp()
  const { node, traps } = config
  const disposed = new AbortController()
  const notifications = channel<SnmpNotification>({ capacity: traps?.queue ?? 1, overflow: 'drop-newest' })
  const receiver = traps === undefined ? undefined : await listen(library, traps, context, notifications)

  return {
    node,
    trapAddress: receiver?.address,
    async *observe({ signal }): AsyncGenerator<readonly Observation[]> {
      const stop = new AbortController()
      const until = AbortSignal.any([signal, disposed.signal, stop.signal])
      const items = channel<Item>({ capacity: 1, overflow: 'block' })
      const feeding = Promise.all([
        receiver === undefined ? undefined : feedTraps(notifications, items, context, node, until),
        config.endpoint === undefined ? undefined : feedPolls(library, config, items, context, until),
      ]).finally(() => items.close())
      // It is thrown where it is awaited, after what came before it was given.
      feeding.catch(() => undefined)
      try {
        for await (const { observations, stored } of items.values({ signal: until })) {
          yield observations
          // The host comes back for more when what it was given is on its disk.
          stored?.()
        }
        if (!until.aborted) await feeding
      } finally {
        stop.abort()
        await feeding.catch(() => undefined)
      }
    },
    async [Symbol.asyncDispose]() {
      disposed.abort()
      await receiver?.[Symbol.asyncDispose]()
    },
  }
}

/** A device that answers one question after the other, slowly, is not asked on for ever. */
const mostPollMs = 120_000

type Items = Channel<Item>

const listen = async (
  library: SnmpLibrary,
  traps: NonNullable<SnmpSourceConfig['traps']>,
  context: SourceContext,
  notifications: Channel<SnmpNotification>,
): Promise<SnmpReceiver> => {
  const { clock, log, status } = context
  const refusals = createRareLog()
  const receiver = await openSnmpReceiver(library, {
    listen: traps.listen,
    communities: traps.communities,
    users: traps.users,
    maxPacketBytes: traps.maxPacket,
    ratePerAddress: traps.ratePerAddress,
    refuseReplays: traps.refuseReplays,
    clock,
    onNotification: (one) => notifications.trySend(one),
    onRefused(reason, from) {
      context.count('packets_refused', { reason })
      const packets = refusals.next(reason, clock.monotonic())
      if (packets !== undefined) log.warn({ reason, from, packets }, 'refused what came over SNMP')
    },
  })
  log.info({ address: formatListenAddress(receiver.address) }, 'receives SNMP traps')
  status.ok()
  return receiver
}

/** Notifications that go to disk at once. */
const mostTogether = 100

const feedTraps = async (
  notifications: Channel<SnmpNotification>,
  items: Items,
  context: SourceContext,
  node: NodeId,
  signal: AbortSignal,
): Promise<void> => {
  const next = (): Promise<SnmpNotification | undefined> => notifications.receive({ signal })
  for (let first = await next(); first !== undefined; first = await next()) {
    const taken = [first]
    while (taken.length < mostTogether && notifications.size() > 0) {
      const more = await next()
      if (more !== undefined) taken.push(more)
    }
    const observations = taken.flatMap((notification): readonly Observation[] => {
      context.count('notifications', { version: notification.version })
      const { log, alarm } = readTrap(notification)
      const observedAt = context.clock.now()
      const line: Observation = { kind: 'log', node, observedAt, body: log }
      return alarm === undefined ? [line] : [line, { kind: 'alarm', node, observedAt, body: alarm }]
    })
    const stored = (): void => {
      for (const one of taken) one.acknowledge()
    }
    if (!(await items.send({ observations, stored }, { signal }).catch(() => false))) return
  }
}

const feedPolls = async (
  library: SnmpLibrary,
  { node, endpoint, community, user, interval, timeout, retries, sets, objects, maxSeries }: SnmpSourceConfig,
  items: Items,
  context: SourceContext,
  signal: AbortSignal,
): Promise<void> => {
  const { clock, log, status } = context
  if (endpoint === undefined) return
  const asked = objectsFor(sets, objects)
  let polledAt = -Infinity
  let toldMissing = ''
  for await (const _ of clock.every(interval, { signal })) {
    // A timer may fire a hair early.
    if (clock.monotonic() - polledAt < context.paceMs() - interval / 10) continue
    polledAt = clock.monotonic()
    const observedAt = clock.now()
    const limit = new AbortController()
    const until = AbortSignal.any([signal, limit.signal])
    clock
      .sleep(mostPollMs, { signal: until })
      .then(() => limit.abort(new Error(`${endpoint.text} did not answer everything within ${mostPollMs / 1000} s`)))
      .catch(() => undefined)
    try {
      // A session for each round: a device that was restarted or replaced is met as a new one.
      await using client = await openSnmpClient(library, {
        ...endpoint,
        access: { community, user },
        timeoutMs: timeout,
        retries,
        signal: until,
      })
      const { metrics, dropped, missing } = await pollOnce(client, asked, maxSeries)
      context.count('polls', { result: 'ok' })
      context.count('series_dropped', {}, dropped)
      if (missing.join() !== toldMissing) log.info({ missing }, `${endpoint.text} does not have all objects`)
      toldMissing = missing.join()
      const observations = metrics.map((body) => ({ kind: 'metric', node, observedAt, body }) as const)
      if (observations.length > 0 && !(await items.send({ observations }, { signal }))) return
      if (metrics.length === 0) status.degraded(`${endpoint.text} answers, and has none of the objects asked for`)
      else if (dropped > 0)
        status.degraded(`${dropped} values beyond maxSeries (${maxSeries}) are left out at each poll`)
      else status.ok()
    } catch (error) {
      if (signal.aborted) return
      context.count('polls', { result: 'failed' })
      status.degraded(reasonOf(error))
    } finally {
      limit.abort()
    }
  }
}
