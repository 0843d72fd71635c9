import { createBackoff } from '@netstats/sdk'
import type { Clock } from '@netstats/sdk'
import type { Batch, ComponentContext, Delivery, Refused, Sink } from '@netstats/sdk'
import { startDeadline } from './deadline.ts'
import { reasonOf, SinkError } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { SpoolReader } from '@netstats/sdk'
import type { StatusReporter } from '@netstats/sdk'

export interface ShipperOptions {
  readonly reader: Pick<SpoolReader, 'next' | 'commit' | 'rewind'>
  readonly sink: Sink
  readonly clock: Clock
  readonly log: Logger
  readonly status: StatusReporter
  /** Counts `delivered`, `rejected`, `retries`; the context's `count` fits. */
  readonly count?: ComponentContext['count']
  /** A delivery that takes longer is aborted and comes again. */
  readonly deliverTimeoutMs?: number
  /** How long the batch in flight may still settle once the shipper is to end. */
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

type Retry = Delivery & { readonly status: 'retry' }

/** A batch in the sink's hands. */
interface Flight {
  readonly batch: Batch
  readonly answer: Promise<Delivery>
  /** The answer, once it is there. */
  delivery: Delivery | undefined
}

/** A peer that names a longer wait is asked again after this one. */
const longestWaitMs = 3_600_000
/** A peer that names none at all must not make the shipper spin. */
const shortestWaitMs = 10
/** The same refusal is news again after so long; more different ones than these at a time are not logged. */
const rejectionNewsMs = 60_000
const mostRejectionReasons = 5
/** A sink that has not settled so long after its signal aborted never will. */
const hangMs = 5000

// oxlint-disable-next-line max-lines-per-function -- one loop over a batch, and what it counts and says of the same batch
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
  const rejectionLoggedAt = new Map<string, number>()

  const tally = (name: 'delivered' | 'rejected' | 'retries', by: number): void => {
    if (by === 0) return
    stats = { ...stats, [name]: stats[name] + by }
    count?.(name, {}, by)
  }

  /** What is refused for good is lost: a human has to know, once a minute for each reason. */
  const tellRejection = (reason: string, observations: number): void => {
    const now = clock.monotonic()
    for (const [old, at] of rejectionLoggedAt) if (now - at >= rejectionNewsMs) rejectionLoggedAt.delete(old)
    const isNews = !rejectionLoggedAt.has(reason) && rejectionLoggedAt.size < mostRejectionReasons
    if (isNews) rejectionLoggedAt.set(reason, now)
    log[isNews ? 'error' : 'debug'](
      { reason, observations },
      'the peer refused observations for good; they are skipped',
    )
  }

  const deliver = async (batch: Batch, signal: AbortSignal, recall: AbortSignal): Promise<Delivery> => {
    const limit = startDeadline({ clock, limitMs: deliverTimeoutMs, outer: signal, graceMs, recall })
    try {
      const answer = sink.deliver(batch, { signal: limit.signal })
      const hung = limit.passed.then(async () => {
        await clock.sleep(hangMs, { signal: limit.over })
        throw new SinkError('SINK_HANGS', `The sink did not settle within ${hangMs} ms after it was asked to.`)
      })
      return await Promise.race([answer, hung])
    } catch (error) {
      if (error instanceof SinkError) throw error
      return { status: 'retry', reason: limit.signal.aborted ? reasonOf(limit.signal.reason) : reasonOf(error) }
    } finally {
      limit.end()
    }
  }

  /** Counts what was settled: some of it, or none, the peer has refused. */
  const tallySettled = (observations: number, refused: Refused | undefined): void => {
    const rejected = Math.min(refused?.observations ?? 0, observations)
    tally('delivered', observations - rejected)
    tally('rejected', rejected)
    if (refused !== undefined && rejected > 0) tellRejection(refused.reason, rejected)
  }

  const commitThrough = async (batch: Batch, { through = 0, refused }: Retry): Promise<number> => {
    const settled = batch.items.filter((item) => item.sequence <= through)
    const last = settled.at(-1)
    if (!last) return 0
    await reader.commit(last.sequence)
    tallySettled(settled.length, refused)
    return settled.length
  }

  const wait = async (delivery: Retry, signal: AbortSignal): Promise<void> => {
    // Up to a tenth longer than asked: those who were sent away together do not come back together.
    const asked = delivery.afterMs === undefined ? undefined : delivery.afterMs * (1 + random() / 10)
    const afterMs = asked === undefined ? backoff.next() : Math.min(Math.max(asked, shortestWaitMs), longestWaitMs)
    // The host tells a change of status; each attempt is for those who look closer.
    status.degraded(delivery.reason)
    log.debug({ reason: delivery.reason, afterMs: Math.round(afterMs) }, 'will deliver again')
    await clock.sleep(afterMs, { signal }).catch(() => undefined)
  }

  const settle = (batch: Batch, delivery: Delivery & { status: 'delivered' | 'rejected' }): void => {
    stats = { ...stats, inFlight: stats.inFlight - batch.items.length }
    backoff.reset()
    if (delivery.status === 'rejected') {
      tallySettled(batch.items.length, { observations: batch.items.length, reason: delivery.reason })
      return status.degraded(delivery.reason)
    }
    tallySettled(batch.items.length, delivery.refused)
    if (delivery.refused === undefined) status.ok()
    else status.degraded(delivery.refused.reason)
  }

  /**
   * Hands batches over, as many at a time as the sink's window lets, and commits them in their order. Ends when one has
   * to come again, with what was said of it; undefined when the reader gives no more.
   */
  const ship = async (signal: AbortSignal): Promise<Retry | undefined> => {
    const stop = new AbortController()
    const recall = new AbortController()
    const until = AbortSignal.any([signal, stop.signal])
    const flights: Flight[] = []
    const fed = { all: false }
    /** Resolved and replaced when a flight began or ended, or when none will begin any more. */
    let news = Promise.withResolvers<void>()
    const tell = (): void => {
      news.resolve()
      news = Promise.withResolvers()
    }
    const hasRoom = (): boolean => flights.length === 0 || stats.inFlight < (sink.window ?? 0)

    const launch = (batch: Batch): Flight => {
      const flight: Flight = { batch, answer: deliver(batch, signal, recall.signal), delivery: undefined }
      flight.answer.then(
        (delivery) => {
          flight.delivery = delivery
        },
        () => undefined,
      )
      return flight
    }
    const feed = async (): Promise<void> => {
      until.addEventListener('abort', tell, { once: true })
      while (!until.aborted) {
        const batch = await reader.next({ signal: until })
        if (!batch || stop.signal.aborted) return
        stats = { ...stats, inFlight: stats.inFlight + batch.items.length }
        flights.push(launch(batch))
        tell()
        while (!hasRoom() && !until.aborted) await news.promise
      }
    }
    const feeding = feed().finally(() => {
      fed.all = true
      tell()
    })
    // What went wrong is thrown where it is awaited, after what is under way has landed.
    feeding.catch(() => undefined)
    const firstFlight = async (): Promise<Flight | undefined> => {
      while (flights.length === 0 && !fed.all) await news.promise
      return flights[0]
    }
    /** Ends what is under way and what would still begin, however it goes. */
    const land = async (): Promise<void> => {
      stop.abort()
      recall.abort(new Error('an earlier batch has to come again'))
      const [, ...others] = await Promise.allSettled([feeding, ...flights.map((flight) => flight.answer)])
      const broken = others.find((one) => one.status === 'rejected')
      if (broken) throw broken.reason
    }

    try {
      for (let first = await firstFlight(); first; first = await firstFlight()) {
        const delivery = await first.answer
        if (delivery.status === 'retry') {
          tally('retries', 1)
          const through = delivery.through === undefined ? 0 : await commitThrough(first.batch, delivery)
          if (through > 0) backoff.reset()
          await land()
          return delivery
        }
        // One turn more for those that the same word of the peer has settled: they share a commit.
        await Promise.resolve()
        const open = flights.findIndex((flight) => flight.delivery?.status !== 'delivered')
        const done = delivery.status === 'rejected' ? [first] : flights.slice(0, open === -1 ? flights.length : open)
        await reader.commit((done.at(-1) ?? first).batch.last)
        for (const { batch, delivery: own } of done) settle(batch, own?.status === 'delivered' ? own : delivery)
        flights.splice(0, done.length)
        tell()
      }
      await feeding
      return undefined
    } finally {
      await land().catch(() => undefined)
      stats = { ...stats, inFlight: 0 }
    }
  }

  return {
    async run({ signal }) {
      for (;;) {
        // Whatever is unsettled comes again, that of an earlier run too.
        reader.rewind()
        const retry = await ship(signal)
        if (!retry || signal.aborted) return
        await wait(retry, signal)
      }
    },
    stats: () => stats,
  }
}
