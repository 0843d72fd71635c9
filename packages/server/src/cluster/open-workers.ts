/**
 * Keeps workers running: as many as are wanted, each started again when it ends, all on one port.
 *
 *     agents ══► port ══► worker 1 ─ bus ─┐
 *                    ╚══► worker 2 ─ bus ─┼─► sessions    (the system spreads new connections over those that listen)
 *                                         │
 *     pages, viewers ═► any worker ───────┴─► the server's internal socket
 */
import { createBackoff, reasonOf } from '@netstats/sdk'
import type { Clock, Logger } from '@netstats/sdk'
import type { RefusalNote } from '../auth/refused-logins.ts'
import type { GatewayAcceptor } from '../bus/bus.ts'
import { addTallies } from '../lib/tally.ts'
import { countersOf } from '../telemetry/registry.ts'
import type { Reading } from '../telemetry/registry.ts'
import { ServerError } from '../lib/errors.ts'
import type { Address } from '../net/address.ts'
import type { Health } from '../telemetry/health.ts'
import type { WorkerStart } from './worker-messages.ts'
import { createUnknownLog } from './unknown-log.ts'
import { startWorker } from './worker.ts'
import type { Worker, WorkerReading } from './worker.ts'

export interface WorkersOptions {
  readonly count: number
  readonly listen: Address
  readonly start: Omit<WorkerStart, 'type' | 'name' | 'listen'>
  readonly core: GatewayAcceptor
  readonly onRefused: (notes: readonly RefusalNote[]) => void
  readonly clock: Clock
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
}

export interface Workers {
  /** Where all of them listen: the port is never 0. */
  readonly address: Address
  readonly count: number
  /** What they have counted, those that are gone included. */
  readonly readings: readonly Reading[]
  /** Each that is running. */
  readonly processes: readonly WorkerReading[]
  /** Bus messages of newer workers that this process does not know. */
  readonly unknownMessages: number
  /** Starts more, up to this number. */
  grow(count: number): void
  reload(): void
  drain(graceMs: number): Promise<void>
}

const part = 'workers'
/** So often is one started that ends before it listens; then something is wrong with all of them. */
const mostTries = 5

// oxlint-disable-next-line max-lines-per-function -- what a worker may do at any time, in one place beside the list of workers it changes
export const openWorkers = async (options: WorkersOptions): Promise<Workers> => {
  const { core, clock, log, health, onRefused } = options
  const unknown = createUnknownLog(log, 'a worker')
  const stop = new AbortController()
  const running = new Map<number, Worker>()
  const listening = new Set<number>()
  const keeping = new Map<number, Promise<void>>()
  let gone: Reading = {}
  let address = options.listen
  let started = false

  const run = (place: number): Worker => {
    const start = { ...options.start, name: `worker ${place}`, listen: address }
    const worker = startWorker({ start, core, onUnknown: (what) => unknown.note(what), clock, log, onRefused })
    running.set(place, worker)
    return worker
  }

  const tellHealth = (): void => {
    const missing = [...keeping.keys()].filter((place) => !listening.has(place))
    if (missing.length === 0) health.set(part, 'ok')
    else health.set(part, 'degraded', `${missing.map((place) => `worker ${place}`).join(', ')} ended; started again`)
  }

  /** One worker from its start to its end; `onListening` where it got so far. Throws where it cannot listen. */
  const live = async (place: number, onListening: () => void): Promise<void> => {
    const worker = run(place)
    // Its end is waited for below; that it never listened is known by then.
    const failed = await worker.listening.then(
      (port) => {
        address = { host: address.host, port }
        listening.add(place)
        onListening()
        return undefined
      },
      (error: unknown) => error,
    )
    const reason = await worker.ended
    running.delete(place)
    listening.delete(place)
    if (worker.reading !== undefined) gone = addTallies(gone, countersOf(worker.reading.metrics))
    if (failed instanceof ServerError) throw failed
    throw new Error(`${worker.name} ${reason}`)
  }

  /** Starts a worker, and another in its place whenever it ends, until all are to end. */
  const keep = async (place: number, first: PromiseWithResolvers<void>): Promise<void> => {
    const backoff = createBackoff({ clock, firstMs: 250, maxMs: 30_000, healthyAfterMs: 60_000 })
    while (!stop.signal.aborted) {
      try {
        await live(place, () => {
          backoff.working()
          first.resolve()
          if (started) tellHealth()
        })
      } catch (error) {
        if (stop.signal.aborted) break
        const waitMs = backoff.next()
        // One that was killed is started again; one that cannot listen, or never gets so far, fails the start of all.
        if (error instanceof ServerError || backoff.failures() > mostTries) first.reject(error)
        const facts = { worker: `worker ${place}`, reason: reasonOf(error), waitMs: Math.round(waitMs) }
        log.error(facts, 'a worker ended; it is started again')
        if (started) tellHealth()
        await clock.sleep(waitMs, { signal: stop.signal }).catch(() => undefined)
      }
    }
    first.reject(new Error('the workers are ended'))
  }

  /** Resolves when it listens. */
  const add = (): Promise<void> => {
    const place = keeping.size + 1
    const first = Promise.withResolvers<void>()
    keeping.set(place, keep(place, first))
    return first.promise
  }

  try {
    // The first one finds the port where any will do.
    await add()
    await Promise.all(Array.from({ length: options.count - 1 }, add))
  } catch (error) {
    stop.abort()
    for (const worker of running.values()) worker.kill()
    await Promise.all(keeping.values())
    throw error
  }
  started = true
  tellHealth()
  const processes = (): readonly WorkerReading[] =>
    [...running.values()].map(({ reading }) => reading).filter((one) => one !== undefined)

  return {
    get address() {
      return address
    },
    get count() {
      return keeping.size
    },
    get readings() {
      return [gone, ...processes().map(({ metrics }) => metrics)]
    },
    get processes() {
      return processes()
    },
    get unknownMessages() {
      return unknown.count
    },
    grow(count) {
      for (let more = keeping.size; more < count; more++) {
        add().catch((error: unknown) => log.error({ error }, 'a further worker could not be started'))
      }
    },
    reload() {
      for (const worker of running.values()) worker.reload()
    },
    async drain(graceMs) {
      stop.abort()
      await Promise.all([...running.values()].map((worker) => worker.drain(graceMs)))
      await Promise.all(keeping.values())
    },
  }
}
