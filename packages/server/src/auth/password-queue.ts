/**
 * Who is next to have a password looked at. Each takes its memory and one of the four threads that files and names are
 * looked up with as well, so only a few run at once; the others wait, within bounds that no address can fill alone.
 *
 *     known, good here before ─► origin after origin ─┐
 *                                                     ├─ in turn ─► two at once
 *     everybody else ──────────► origin after origin ─┘
 */
import { AuthError } from './errors.ts'

/** Who has a password looked at. */
export interface Asker {
  /** As `originOf` gives it. */
  readonly origin: string
  /** It was good before, from there. */
  readonly known: boolean
}

export interface WorkScheduler {
  /** Rejects with `AUTH_BUSY` where all places to wait are taken. */
  <T>(asker: Asker, work: () => Promise<T>): Promise<T>
}

export const passwordTurns = { atOnce: 2, waiting: 64, waitingPerOrigin: 8 } as const
const { atOnce } = passwordTurns
/** That may wait in each of the two lanes, and of one origin in it. */
const waitingMost = passwordTurns.waiting
const { waitingPerOrigin } = passwordTurns

interface Waiting {
  readonly go: () => void
  readonly refuse: (error: AuthError) => void
}

export const createWorkScheduler = (): WorkScheduler => {
  const lanes = { known: createLane(), others: createLane() }
  let running = 0
  let next: readonly ['known' | 'others', 'known' | 'others'] = ['known', 'others']

  /** The two lanes in turn: neither can keep the other waiting. */
  const takeNext = (): Waiting | undefined => {
    const [first, second] = next
    next = [second, first]
    return lanes[first].take() ?? lanes[second].take()
  }

  return async (asker, work) => {
    if (running >= atOnce) {
      const lane = asker.known ? lanes.known : lanes.others
      await new Promise<void>((go, refuse) => lane.add(asker.origin, { go, refuse }))
    } else running++
    try {
      return await work()
    } finally {
      const waiting = takeNext()
      if (waiting === undefined) running--
      else waiting.go()
    }
  }
}

/** Origins in turn, each with a queue of its own. */
const createLane = () => {
  const queues = new Map<string, Waiting[]>()
  let size = 0

  /** The origin with most waiting gives a place up, unless none has more than one. */
  const dropDormant = (): boolean => {
    let longest: Waiting[] = []
    for (const queue of queues.values()) if (queue.length > longest.length) longest = queue
    if (longest.length < 2) return false
    longest.pop()?.refuse(busy())
    size--
    return true
  }

  return {
    add(origin: string, waiting: Waiting): void {
      const queue = queues.get(origin) ?? []
      if (queue.length >= waitingPerOrigin) return waiting.refuse(busy())
      if (size >= waitingMost && (queue.length > 0 || !dropDormant())) return waiting.refuse(busy())
      queue.push(waiting)
      queues.set(origin, queue)
      size++
    },
    take(): Waiting | undefined {
      for (const [origin, queue] of queues) {
        const first = queue.shift()
        queues.delete(origin)
        if (queue.length > 0) queues.set(origin, queue)
        if (first === undefined) continue
        size--
        return first
      }
      return undefined
    },
  }
}

const busy = (): AuthError =>
  new AuthError('AUTH_BUSY', 'Too many log in at the moment; try again in a few seconds.', { retryable: true })
