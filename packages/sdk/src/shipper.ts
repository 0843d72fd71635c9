import { createBackoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { Batch, ComponentContext, Delivery, Sequence, Sink } from './component.ts'
import { reasonOf, SinkError } from './errors.ts'
import type { Logger } from './logger.ts'
import type { SpoolReader } from './spool.ts'
import type { StatusReporter } from './status.ts'

export interface ShipperOptions {
  readonly reader: SpoolReader
  readonly sink: Sink
  readonly clock: Clock
  readonly log: Logger
  readonly status: StatusReporter
  /** Counts `delivered`, `rejected`, `retries`; the context's `count` fits. */
  readonly count?: ComponentContext['count']
  /** A delivery that takes longer is aborted and comes again. */
  readonly deliverTimeoutMs?: number
  /** So long may the batch in flight still settle once the shipper is told to end. */
  readonly graceMs?: number
  /** Ceiling of the first wait after a `retry` that names none; it doubles. */
  readonly firstRetryMs?: number
  readonly maxRetryMs?: number
  readonly random?: () => number
}

export interface ShipperStats {
  readonly delivered: number
  readonly rejected: number
  /** Times a batch, or the rest of one, had to come again. */
  readonly retries: number
  /** Observations handed to the sink and not settled yet. */
  readonly inFlight: number
}

/** Carries one reader's observations to one sink: read, deliver, retry until settled, commit. */
export interface Shipper {
  /**
   * Ships until the signal aborts, then ends with nothing half done. Throws where the reader or the sink is beyond use;
   * a later `run`, with a fresh sink of its own, goes on from the last commit.
   */
  run(options: { signal: AbortSignal }): Promise<void>
  stats(): ShipperStats
}

/** A peer that names a longer wait is asked again after this one. */
const longestWaitMs = 3_600_000
/** A peer that names none at all must not make the shipper spin. */
const shortestWaitMs = 10
/** The same refusal is news again after so long; more different ones than these at a time are not told. */
const rejectionNewsMs = 60_000
const mostRejectionReasons = 5
/** A sink that has not settled so long after its signal aborted never will. */
const hangMs = 5000

export const createShipper = (options: ShipperOptions): Shipper => {
  const { reader, sink, clock, log, status, count, deliverTimeoutMs = 30_000, graceMs = 2000 } = options
  const random = options.random ?? Math.random
  const backoff = createBackoff({
    clock,
    firstMs: options.firstRetryMs ?? 1000,
    maxMs: options.maxRetryMs ?? 60_000,
    random,
  })
  let stats: ShipperStats = { delivered: 0, rejected: 0, retries: 0, inFlight: 0 }
  const rejectionToldAt = new Map<string, number>()

  const tally = (name: 'delivered' | 'rejected' | 'retries', by: number): void => {
    if (by === 0) return
    stats = { ...stats, [name]: stats[name] + by }
    count?.(name, {}, by)
  }

  /** What is refused for good is lost: a human has to know, once a minute for each reason. */
  const tellRejection = (reason: string, observations: number): void => {
    const now = clock.monotonic()
    for (const [old, at] of rejectionToldAt) if (now - at >= rejectionNewsMs) rejectionToldAt.delete(old)
    const isNews = !rejectionToldAt.has(reason) && rejectionToldAt.size < mostRejectionReasons
    if (isNews) rejectionToldAt.set(reason, now)
    log[isNews ? 'error' : 'debug'](
      { reason, observations },
      'the peer refused observations for good; they are skipped',
    )
  }

  const deliver = async (batch: Batch, signal: AbortSignal): Promise<Delivery> => {
    const limit = deadline(clock, signal, deliverTimeoutMs, graceMs)
    try {
      const answer = sink.deliver(batch, { signal: limit.signal })
      const hung = limit.passed.then(async () => {
        await clock.sleep(hangMs, { signal: limit.over })
        throw new SinkError('SINK_HANGS', `The sink did not settle within ${hangMs} ms after it was told to.`)
      })
      return await Promise.race([answer, hung])
    } catch (error) {
      if (error instanceof SinkError) throw error
      return { status: 'retry', reason: limit.signal.aborted ? reasonOf(limit.signal.reason) : reasonOf(error) }
    } finally {
      limit.end()
    }
  }

  const commitThrough = async (batch: Batch, through: Sequence): Promise<number> => {
    const settled = batch.items.filter((item) => item.sequence <= through)
    const last = settled.at(-1)
    if (!last) return 0
    await reader.commit(last.sequence)
    tally('delivered', settled.length)
    return settled.length
  }

  const wait = async (delivery: Delivery & { status: 'retry' }, signal: AbortSignal): Promise<void> => {
    // Up to a tenth longer than asked: those who were sent away together do not come back together.
    const asked = delivery.afterMs === undefined ? undefined : delivery.afterMs * (1 + random() / 10)
    const afterMs = asked === undefined ? backoff.next() : Math.min(Math.max(asked, shortestWaitMs), longestWaitMs)
    // The host tells a change of status; each attempt is for those who look closer.
    status.degraded(delivery.reason)
    log.debug({ reason: delivery.reason, afterMs: Math.round(afterMs) }, 'will deliver again')
    await clock.sleep(afterMs, { signal }).catch(() => undefined)
  }

  const ship = async (batch: Batch, signal: AbortSignal): Promise<void> => {
    stats = { ...stats, inFlight: batch.items.length }
    const delivery = await deliver(batch, signal)
    stats = { ...stats, inFlight: 0 }
    switch (delivery.status) {
      case 'delivered':
        await reader.commit(batch.last)
        tally('delivered', batch.items.length)
        backoff.reset()
        status.ok()
        return
      case 'rejected':
        await reader.commit(batch.last)
        tally('rejected', batch.items.length)
        backoff.reset()
        status.degraded(delivery.reason)
        tellRejection(delivery.reason, batch.items.length)
        return
      case 'retry': {
        tally('retries', 1)
        const settled = delivery.through === undefined ? 0 : await commitThrough(batch, delivery.through)
        if (settled > 0) backoff.reset()
        reader.rewind()
        if (!signal.aborted) await wait(delivery, signal)
      }
    }
  }

  return {
    async run({ signal }) {
      // Whatever an earlier run left unsettled comes again.
      reader.rewind()
      for (;;) {
        const batch = await reader.next({ signal })
        if (!batch) return
        await ship(batch, signal)
        if (signal.aborted) return
      }
    },
    stats: () => stats,
  }
}

/** A signal that aborts after a time limit, or some grace after the outer signal did. */
const deadline = (clock: Clock, outer: AbortSignal, limitMs: number, graceMs: number) => {
  const abort = new AbortController()
  const over = new AbortController()
  const after = (ms: number, reason: string): void => {
    clock.sleep(ms, { signal: over.signal }).then(
      () => abort.abort(new Error(reason)),
      () => undefined,
    )
  }
  const onOuter = (): void => after(graceMs, 'told to end')
  after(limitMs, `no answer within ${limitMs} ms`)
  if (outer.aborted) onOuter()
  else outer.addEventListener('abort', onOuter, { once: true })
  const passed = new Promise<void>((resolve) => {
    abort.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  return {
    signal: abort.signal,
    over: over.signal,
    passed,
    end() {
      outer.removeEventListener('abort', onOuter)
      over.abort()
    },
  }
}
