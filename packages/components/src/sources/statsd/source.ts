/**
 *     packet or line ─▶ parseLine ─┬▶ metrics ─▶ series ─ every flushInterval ─▶ observations
 *                                  └▶ events, service checks ─▶ queue ─▶ logs, alarms
 */
import type { Metric, Observation } from '@netstats/protocol'
import type { Source, SourceContext } from '@netstats/sdk'
import { createObservationQueue, observeListener, openListener } from '../shared/listener/mod.ts'
import type { Listener, Peer } from '../shared/listener/mod.ts'
import { createChecks } from './checks.ts'
import type { StatsdConfig } from './config.ts'
import { logOf } from './event-log.ts'
import { parseLine } from './line.ts'
import type { LineItem } from './line.ts'
import { createSeriesTable } from './series.ts'

export interface StatsdSource extends Source, Pick<Listener, 'addresses'> {}

export const openStatsdSource = async (config: StatsdConfig, context: SourceContext): Promise<StatsdSource> => {
  const { clock } = context
  const { node } = config
  const series = createSeriesTable(config.maxSeries)
  const checks = createChecks()
  // Events are rare.
  const queue = createObservationQueue({ clock, lingerMs: 0, onRoom: () => listener.resume() })
  const disposed = new AbortController()

  const put = ({ origin, address }: Peer, observation: Observation | undefined): void => {
    if (observation !== undefined && !queue.offer(origin, observation)) listener.faults.refused('full', address)
  }

  const apply = (item: LineItem, line: string, peer: Peer): void => {
    if (item.type === 'metric') {
      if (series.take(item, clock.monotonic())) return
      listener.faults.malformed('type-changed', line, peer.address)
    } else if (item.type === 'event') put(peer, logOf(item, node, clock.now()))
    else put(peer, checks.take(item, node, clock.now()))
  }

  const lineCame = (line: string, peer: Peer): void => {
    lines.n++
    const found = parseLine(line)
    if (typeof found === 'string') listener.faults.malformed(found, line, peer.address)
    else for (const item of found) apply(item, line, peer)
  }

  const listener = await openListener({
    config,
    context,
    octetCounting: false,
    // Metrics take no place of their own, and a line that makes something wait is dropped where there is no room for it.
    hasRoom: () => true,
    onFrame(bytes, peer, isCut) {
      // Half a line would mean something else.
      if (isCut) return listener.faults.malformed('long', bytes, peer.address)
      for (const line of bytes.toString().split('\n')) if (line !== '' && line !== '\r') lineCame(line.trimEnd(), peer)
    },
  })
  const lines = listener.tallies.of('lines')
  const overflow = listener.tallies.of('overflowed')
  let overflowed = 0

  const flush = (): readonly Observation[] => {
    overflow.n += series.overflowed - overflowed
    overflowed = series.overflowed
    const observedAt = clock.now()
    return series.flush(clock.monotonic()).map((body: Metric) => ({ kind: 'metric', node, observedAt, body }))
  }

  /** Flushes that the disk has not taken are not heaped up: the interval grows instead, and with what servers ask for. */
  const keepFlushing = async (signal: AbortSignal): Promise<void> => {
    let flushedAt = clock.monotonic()
    let isFirst = true
    for await (const _ of clock.every(config.flushInterval, { signal })) {
      const isTooSoon = isFirst || clock.monotonic() - flushedAt < context.paceMs()
      isFirst = false
      if (isTooSoon || queue.isBehind) continue
      flushedAt = clock.monotonic()
      queue.add(flush())
    }
  }

  return {
    node,
    addresses: listener.addresses,
    observe({ signal }) {
      context.status.ok()
      // What came since the last flush is not lost with the agent's end.
      return observeListener({ listener, queue, disposed: disposed.signal, signal, work: keepFlushing, last: flush })
    },
    async [Symbol.asyncDispose]() {
      disposed.abort()
      await listener[Symbol.asyncDispose]()
    },
  }
}
