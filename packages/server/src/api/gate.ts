/**
 * How many of a sort of request are worked on at once: over all, and for one client, so that nobody takes every place.
 * Who comes when all are taken waits in turn; who comes when the waiting places are taken too, or has waited long
 * enough, is refused and counted.
 */
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
  /** A place, to be given back by disposing it, which may be done twice; undefined where there is none. */
  enter(client: string, signal: AbortSignal): Promise<Disposable | undefined>
  counts(): GateCounts
}

interface Waiting {
  readonly client: string
  readonly begin: (place: Disposable | undefined) => void
}

export const createGate = (limits: GateLimits): Gate => {
  const runningOf = new Map<string, number>()
  const queue: Waiting[] = []
  let running = 0
  let refused = 0

  const mayRun = (client: string): boolean =>
    running < limits.running && (runningOf.get(client) ?? 0) < limits.runningPerClient

  const begin = (client: string): Disposable => {
    running++
    runningOf.set(client, (runningOf.get(client) ?? 0) + 1)
    let left = false
    return {
      [Symbol.dispose]() {
        if (left) return
        left = true
        running--
        const others = (runningOf.get(client) ?? 1) - 1
        if (others === 0) runningOf.delete(client)
        else runningOf.set(client, others)
        const next = queue.find((one) => mayRun(one.client))
        next?.begin(begin(next.client))
      },
    }
  }

  const wait = (client: string, signal: AbortSignal): Promise<Disposable | undefined> =>
    new Promise((resolve) => {
      const leave = (place: Disposable | undefined): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        queue.splice(queue.indexOf(waiting), 1)
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
    })

  return {
    async enter(client, signal) {
      if (signal.aborted) return undefined
      if (mayRun(client)) return begin(client)
      const waitingHere = queue.filter((one) => one.client === client).length
      if (queue.length >= limits.waiting || waitingHere >= limits.waitingPerClient) {
        refused++
        return undefined
      }
      return wait(client, signal)
    },
    counts: () => ({ running, waiting: queue.length, refused }),
  }
}
