/**
 * Things that cost much to make and are asked for by several at once, then again soon:
 *
 *     asked ──▶ kept? ─yes─▶ given
 *                 │no
 *                 ▼
 *            being built? ─yes─▶ waits with the others        nobody waits any more ──▶ the build is ended
 *                 │no
 *                 ▼
 *            a place free? ─▶ built ─▶ given, kept while there is room, the one asked for longest ago goes first
 *                 │no
 *                 ▼
 *            waits in turn; too many wait: STORE_BUSY
 */
import { StoreError } from '@netstats/store'

export interface BuildLimits {
  /** Builds at a time, and how many wait for their turn. Beyond: `STORE_BUSY`. */
  readonly builds: number
  readonly waiting: number
  /** What is kept: how many, and how large all together. The newest one is kept whatever its size. */
  readonly kept: number
  readonly size: number
}

const defaultBuildLimits: BuildLimits = { builds: 2, waiting: 8, kept: 8, size: 90_000 }

export interface BuildCacheOptions<T> {
  readonly sizeOf: (built: T) => number
  readonly monotonic: () => number
  readonly limits?: Partial<BuildLimits>
}

export interface BuildRequest<T> {
  readonly build: (signal: AbortSignal) => Promise<T>
  /** False where the same build may soon give something else: then it is kept for a second. */
  readonly lasting: boolean
  readonly signal: AbortSignal | undefined
}

export interface BuildCache<T> {
  get(key: string, request: BuildRequest<T>): Promise<T>
}

interface Kept<T> {
  readonly built: T
  readonly until: number
}

interface Running<T> {
  readonly done: Promise<T>
  readonly stop: AbortController
  waiters: number
}

const shortMs = 1000

// oxlint-disable-next-line max-lines-per-function -- a build that ends frees a place for the next, is kept and answers everyone who waits for it
export const createBuildCache = <T>({ sizeOf, monotonic, ...given }: BuildCacheOptions<T>): BuildCache<T> => {
  const limits: BuildLimits = { ...defaultBuildLimits, ...given.limits }
  // In order of use, the longest ago first.
  const kept = new Map<string, Kept<T>>()
  const running = new Map<string, Running<T>>()
  const turns: (() => void)[] = []
  let busy = 0

  const keep = (key: string, one: Kept<T>): void => {
    kept.delete(key)
    kept.set(key, one)
    let size = 0
    for (const { built } of kept.values()) size += sizeOf(built)
    for (const [oldest, { built }] of kept) {
      if (oldest === key || (kept.size <= limits.kept && size <= limits.size)) return
      kept.delete(oldest)
      size -= sizeOf(built)
    }
  }

  const recall = (key: string): Kept<T> | undefined => {
    const one = kept.get(key)
    if (one === undefined) return undefined
    kept.delete(key)
    if (one.until < monotonic()) return undefined
    kept.set(key, one)
    return one
  }

  const takeTurn = (signal: AbortSignal): Promise<void> | undefined => {
    if (busy < limits.builds) {
      busy++
      return undefined
    }
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        turns.splice(turns.indexOf(turn), 1)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', leave, { once: true })
      turns.push(turn)
    })
  }

  const endTurn = (): void => {
    const next = turns.shift()
    // The place goes to the next in line.
    if (next === undefined) busy--
    else next()
  }

  const run = async (key: string, { build, lasting }: BuildRequest<T>, signal: AbortSignal): Promise<T> => {
    await takeTurn(signal)
    try {
      const built = await build(signal)
      keep(key, { built, until: lasting ? Infinity : monotonic() + shortMs })
      return built
    } finally {
      endTurn()
    }
  }

  const begin = (key: string, request: BuildRequest<T>): Running<T> => {
    if (busy >= limits.builds && turns.length >= limits.waiting)
      throw new StoreError('STORE_BUSY', 'Too many moments are being put together; ask again in a second.', {
        retryable: true,
      })
    const stop = new AbortController()
    const one: Running<T> = { done: run(key, request, stop.signal), stop, waiters: 0 }
    running.set(key, one)
    const end = (): void => {
      if (running.get(key) === one) running.delete(key)
    }
    one.done.then(end, end)
    return one
  }

  const wait = async (key: string, one: Running<T>, signal: AbortSignal | undefined): Promise<T> => {
    one.waiters++
    let leave = (): void => undefined
    try {
      const left = new Promise<never>((_, reject) => {
        leave = () => reject(cancelled(signal))
        signal?.addEventListener('abort', leave, { once: true })
      })
      return await Promise.race([one.done, left])
    } finally {
      signal?.removeEventListener('abort', leave)
      if (--one.waiters === 0 && running.get(key) === one) {
        // Anyone who asks next starts over.
        running.delete(key)
        one.stop.abort(cancelled(undefined))
      }
    }
  }

  return {
    async get(key, request) {
      if (request.signal?.aborted === true) throw cancelled(request.signal)
      const one = recall(key)
      if (one !== undefined) return one.built
      return wait(key, running.get(key) ?? begin(key, request), request.signal)
    },
  }
}

const cancelled = (signal: AbortSignal | undefined): StoreError =>
  new StoreError('STORE_QUERY_CANCELLED', 'Nobody waits for this moment any more.', {
    cause: signal?.reason as unknown,
  })
