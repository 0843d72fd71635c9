/** What waits for the disk: bounded, with a share for each sender, so that one who floods does not keep the others out. */
import type { Observation } from '@netstats/protocol'
import type { Clock } from '@netstats/sdk'
import { createFairPool } from '@netstats/sdk/limits'
import { listenerBounds } from './config.ts'

export interface ObservationQueue {
  /** Whether this sender may put in one more. */
  hasRoom(origin: string): boolean
  /** False where there is no room for this sender. */
  offer(origin: string, observation: Observation): boolean
  /** From the source itself, which bounds what it makes. */
  add(observations: readonly Observation[]): void
  /** What `add` put in waits still. */
  readonly isBehind: boolean
  /** What waits, as soon as something does, in pieces; ends without an error when the signal aborts. */
  batches(options: { signal: AbortSignal }): AsyncGenerator<readonly Observation[], void>
  /** The next piece of what waits; empty where nothing does. */
  take(): readonly Observation[]
}

/** What is written together: some transactions of the spool, and about what the kernel holds for us meanwhile. */
const batchSize = 5000

export interface QueueOptions {
  readonly places?: number
  readonly clock: Clock
  /** So long the first waits for others to go to disk with: a crowd that went one by one would cost a write each. */
  readonly lingerMs: number
  readonly onRoom: () => void
}

export const createObservationQueue = ({
  places = listenerBounds.waiting,
  clock,
  lingerMs,
  onRoom,
}: QueueOptions): ObservationQueue => {
  const pool = createFairPool({ places, each: places >> 1, reserve: places >> 2, few: Math.max(1, places >> 6) })
  let waiting: Observation[] = []
  let origins: string[] = []
  let own: Observation[] = []
  let wake: (() => void) | undefined

  const take = (): readonly Observation[] => {
    if (own.length > 0) {
      const taken = own
      own = []
      return taken
    }
    const taken = waiting.slice(0, batchSize)
    waiting = waiting.slice(batchSize)
    for (const origin of origins.slice(0, batchSize)) pool.leave(origin)
    origins = origins.slice(batchSize)
    return taken
  }

  const untilSome = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done)
        wake = undefined
        resolve()
      }
      wake = done
      signal.addEventListener('abort', done, { once: true })
      if (signal.aborted || waiting.length + own.length > 0) done()
    })

  return {
    hasRoom: (origin) => pool.refusal(origin) === undefined,
    offer(origin, observation) {
      if (pool.refusal(origin) !== undefined) return false
      pool.enter(origin)
      waiting.push(observation)
      origins.push(origin)
      wake?.()
      return true
    },
    add(observations) {
      if (observations.length === 0) return
      own = own.concat(observations)
      wake?.()
    },
    get isBehind() {
      return own.length > 0
    },
    async *batches({ signal }) {
      while (!signal.aborted) {
        await untilSome(signal)
        if (lingerMs > 0 && waiting.length < batchSize) await clock.sleep(lingerMs, { signal }).catch(() => undefined)
        if (signal.aborted) return
        yield take()
        onRoom()
      }
    },
    take,
  }
}
