/** Writes the rows of a fleet in real time, one batch a second. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Store, StoreBatch } from '@netstats/store'
import { createBatcher } from './store-batcher.ts'
import { everything } from './store-data.ts'
import type { StoreData } from './store-data.ts'

/** Rows come in at least this many pieces a second, so that making them does not hold the loop up. */
const piecesPerSecond = 20
/** Batches that may wait; a store that is further behind has failed. */
const maxWaiting = 60
/** Timer of the loop's delay, milliseconds: a loop that never waits shows about this. */
export const loopResolutionMs = 1

export interface LiveOptions {
  readonly store: Store
  readonly data: StoreData
  /** Second of the data it begins with. */
  readonly from: number
  /** How long it goes on. */
  readonly seconds: number
  /** Seconds of the data in one second: a smaller fleet makes as many rows in a quicker time. 1 by default. */
  readonly pace?: number
  /** Called with each batch before it is written, and the function that it gives once that is durable. */
  readonly onBatch?: (batch: StoreBatch) => () => void
  /** Called after each second with how many have passed. */
  readonly onSecond?: (seconds: number) => void
}

export interface Live {
  readonly commits: number[]
  readonly loop: ReturnType<typeof monitorEventLoopDelay>
  rows: number
  waiting: number
  mostWaiting: number
  /** The last second whose rows are durable. */
  durable: number
}

export const createLive = (): Live => ({
  commits: [],
  loop: monitorEventLoopDelay({ resolution: loopResolutionMs }),
  rows: 0,
  waiting: 0,
  mostWaiting: 0,
  durable: -1,
})

/** Resolves when all of it is durable. Rejects when a write fails or the store is too far behind. */
export const runLive = async (
  live: Live,
  { store, data, from, seconds, pace = 1, onBatch, onSecond }: LiveOptions,
): Promise<void> => {
  const batcher = createBatcher()
  let queue: Promise<void> = Promise.resolve()
  let fault: unknown
  const write = (through: number): void => {
    const { batch, rows } = batcher.take()
    const durable = onBatch?.(batch)
    live.mostWaiting = Math.max(live.mostWaiting, ++live.waiting)
    queue = queue
      .then(async () => {
        const began = performance.now()
        await store.write(batch)
        live.commits.push(performance.now() - began)
        live.rows += Object.values(rows).reduce((sum, n) => sum + n, 0)
        live.waiting--
        live.durable = through
        durable?.()
      })
      .catch((error: unknown) => {
        fault ??= error
      })
  }
  live.loop.enable()
  const began = performance.now()
  const parts = Math.ceil(piecesPerSecond / pace)
  for (let passed = 0; passed < seconds; passed++) {
    for (let piece = 0; piece < pace * parts; piece++) {
      const early = began + (passed + piece / (pace * parts)) * 1000 - performance.now()
      if (early > 0) await new Promise((done) => setTimeout(done, early))
      const second = from + passed * pace + Math.floor(piece / parts)
      const part = piece % parts
      data.raw(batcher, second, everything, part, parts)
      // What ended with the second before.
      if (second > 0) data.rollUps(batcher, second - 1, everything, part, parts)
    }
    write(from + (passed + 1) * pace - 1)
    onSecond?.(passed + 1)
    if (fault !== undefined) throw fault
    if (live.waiting > maxWaiting) throw new Error(`the store is ${live.waiting} s behind`)
  }
  live.loop.disable()
  await queue
  if (fault !== undefined) throw fault
}
