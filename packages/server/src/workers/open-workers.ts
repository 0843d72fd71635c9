/**
 * Keeps workers running: as many as are wanted, each started again when it ends, all on one port.
 *
 *     agents ══► port ══► worker 1 ─ bus ─┐
 *                    ╚══► worker 2 ─ bus ─┼─► desk        (the system spreads new connections over those that listen)
 *                                         │
 *     pages, readers ═► any worker ───────┴─► the server's own socket
 */
import { createBackoff } from '@netstats/sdk'
import type { Clock, Logger } from '@netstats/sdk'
import type { Desk } from '../desk/desk.ts'
import { addSnapshots, retired } from '../ingest/snapshot.ts'
import type { IngestSnapshot } from '../ingest/snapshot.ts'
import type { Address } from '../listen.ts'
import type { Health } from '../self/health.ts'
import type { ProcessFacts } from '../self/server-facts.ts'
import type { WorkerStart } from './messages.ts'
import { startWorker } from './worker.ts'
import type { Worker } from './worker.ts'

export interface WorkersOptions {
  readonly count: number
  readonly listen: Address
  readonly start: Omit<WorkerStart, 'type' | 'name' | 'listen'>
  readonly desk: Pick<Desk, 'open'>
  readonly clock: Clock
  readonly log: Logger
  readonly health: Pick<Health, 'set'>
}

export interface Workers {
  /** Where all of them listen: the port is never 0. */
  readonly address: Address
  readonly count: number
  /** What they have counted, those that are gone included. */
  readonly snapshots: readonly IngestSnapshot[]
  facts(): Promise<readonly ProcessFacts[]>
  /** Starts more, until there are so many. */
  grow(count: number): void
  reload(): void
  drain(graceMs: number): Promise<void>
}

const part = 'workers'

export const openWorkers = async (options: WorkersOptions): Promise<Workers> => {
  const { desk, clock, log, health } = options
  const stop = new AbortController()
  const running = new Map<number, Worker>()
  const keeping = new Map<number, Promise<void>>()
  let gone: IngestSnapshot | undefined
  let address = options.listen

  const run = (place: number): Worker => {
    const start = { ...options.start, name: `worker ${place}`, listen: address }
    const worker = startWorker({ start, desk, log })
    running.set(place, worker)
    return worker
  }

  const tellHealth = (): void => {
    const missing = [...keeping.keys()].filter((place) => !running.has(place))
    if (missing.length === 0) health.set(part, 'ok')
    else health.set(part, 'degraded', `${missing.map((place) => `worker ${place}`).join(', ')} ended; started again`)
  }

  /** Waits for the end of a worker and starts another in its place, until all are to end. */
  const keep = async (place: number, first: Worker): Promise<void> => {
    const backoff = createBackoff({ clock, firstMs: 250, maxMs: 30_000, healthyAfterMs: 60_000 })
    let worker = first
    while (!stop.signal.aborted) {
      backoff.working()
      const reason = await worker.ended
      running.delete(place)
      const { snapshot } = worker
      if (snapshot !== undefined) gone = gone === undefined ? retired(snapshot) : addSnapshots(gone, retired(snapshot))
      if (stop.signal.aborted) return
      const waitMs = backoff.next()
      log.error({ worker: worker.name, reason, waitMs: Math.round(waitMs) }, 'a worker ended; it is started again')
      tellHealth()
      await clock.sleep(waitMs, { signal: stop.signal }).catch(() => undefined)
      if (stop.signal.aborted) return
      worker = run(place)
      await worker.listening.then(
        () => tellHealth(),
        () => undefined,
      )
    }
  }

  const add = async (): Promise<void> => {
    const place = keeping.size + 1
    const worker = run(place)
    keeping.set(place, Promise.resolve())
    const port = await worker.listening
    address = { host: address.host, port }
    keeping.set(place, keep(place, worker))
  }

  try {
    // The first one finds the port where any will do.
    await add()
    await Promise.all(Array.from({ length: options.count - 1 }, add))
  } catch (error) {
    stop.abort()
    for (const worker of running.values()) worker.kill()
    throw error
  }
  tellHealth()

  return {
    get address() {
      return address
    },
    get count() {
      return keeping.size
    },
    get snapshots() {
      const live = [...running.values()].map((worker) => worker.snapshot)
      return [gone, ...live].filter((one) => one !== undefined)
    },
    async facts() {
      const answers = await Promise.all([...running.values()].map((worker) => worker.facts()))
      return answers.filter((one) => one !== undefined)
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
