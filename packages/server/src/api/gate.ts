/**
 * How many of a sort of request are worked on at once: over all, and for one client, so that nobody takes every place. The
 * last places, to run and to wait, are for those who have few. Who comes when all are taken waits; a place that is free goes to
 * the one whose client has fewest. Who comes when the waiting places are taken too, or has waited long enough, is refused and
 * counted.
 */
import { createFairPool } from '@netstats/sdk/limits'
import type { FairPool } from '@netstats/sdk/limits'

export interface GateLimits {
  readonly running: number
  readonly runningPerClient: number
  readonly waiting: number
  readonly waitingPerClient: number
  /** Milliseconds one waits at most. */
  readonly waitMs: number
}

export interface GateCounts {
  readonly running: number
  readonly waiting: number
  /** Refused since the start. */
  readonly refused: number
}

export interface Gate {
  /** A place, to be given back by disposing it, which may be done twice; undefined where there is none. `client`: an origin. */
  enter(client: string, signal: AbortSignal): Promise<Disposable | undefined>
  counts(): GateCounts
}

interface Waiting {
  readonly client: string
  readonly begin: (place: Disposable | undefined) => void
}

/** The last place to run is for who has none, and of those to wait a fifth for who has few. */
export const poolsOf = ({ running, runningPerClient, waiting, waitingPerClient }: GateLimits) => ({
  running: { places: running, each: runningPerClient, reserve: running > 1 ? 1 : 0, few: 1 },
  waiting: {
    places: waiting,
    each: waitingPerClient,
    reserve: Math.floor(waiting / 5),
    few: Math.ceil(waitingPerClient / 8),
  },
})

export const createGate = (limits: GateLimits): Gate => {
  const pools = poolsOf(limits)
  const running: FairPool = createFairPool(pools.running)
  const places: FairPool = createFairPool(pools.waiting)
  const queue: Waiting[] = []
  let refused = 0

  const mayRun = (client: string): boolean => running.refusal(client) === undefined

  const next = (): Waiting | undefined => {
    let best: Waiting | undefined
    for (const one of queue) {
      if (!mayRun(one.client)) continue
      if (best === undefined || running.of(one.client) < running.of(best.client)) best = one
    }
    return best
  }

  const begin = (client: string): Disposable => {
    running.enter(client)
    let left = false
    return {
      [Symbol.dispose]() {
        if (left) return
        left = true
        running.leave(client)
        const one = next()
        one?.begin(begin(one.client))
      },
    }
  }

  const wait = (client: string, signal: AbortSignal): Promise<Disposable | undefined> =>
    new Promise((resolve) => {
      const leave = (place: Disposable | undefined): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        queue.splice(queue.indexOf(waiting), 1)
        places.leave(client)
        resolve(place)
      }
      const waiting: Waiting = { client, begin: leave }
      const onAbort = (): void => leave(undefined)
      const timer = setTimeout(() => {
        refused++
        leave(undefined)
      }, limits.waitMs)
      signal.addEventListener('abort', onAbort, { once: true })
      queue.push(waiting)
      places.enter(client)
    })

  return {
    async enter(client, signal) {
      if (signal.aborted) return undefined
      if (mayRun(client)) return begin(client)
      if (places.refusal(client) !== undefined) {
        refused++
        return undefined
      }
      return wait(client, signal)
    },
    counts: () => ({ running: running.taken, waiting: queue.length, refused }),
  }
}
