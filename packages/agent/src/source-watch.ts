/**
 * Notices from outside that a source is stuck. A source may rightly be silent for days, but then it waits for a timer or for
 * somebody who speaks. The clock that it is given shows which:
 *
 *     stuck ⇔ we wait for it, and for the bound
 *             it is being opened,
 *             or a tick of `every` is in its hands and it has not come back for the next one,
 *             or it had timers, none is running, and nothing came of it
 *
 * While what it gave is on its way to the disk it waits for us, and is not stuck.
 */
import type { Clock } from '@netstats/sdk'

export interface SourceWatch {
  /** For the source. */
  readonly clock: Clock
  /** It is open, and was asked for more. */
  waiting(): void
  /** It gave something, and waits for us. */
  working(): void
  /** Rejects when it is stuck; with the reason of the signal when that aborts. */
  untilStuck(options: { signal: AbortSignal }): Promise<never>
}

/** Longer than a source may work at one tick: all its peers let it wait for their limit, and the machine is slow. */
export const stuckAfterMs = 300_000
const lookEveryMs = 30_000

/** Begins with the opening of the source. */
export const createSourceWatch = (clock: Clock): SourceWatch => {
  /** Ticks in its hands, and since when. */
  const ticks = new Map<object, number>()
  let running = 0
  let hasTimers = false
  let lastAt = clock.monotonic()
  let waitingSince: number | undefined = clock.monotonic()
  let isOpen = false

  const timer = async <T>(wait: () => Promise<T>): Promise<T> => {
    hasTimers = true
    running++
    try {
      return await wait()
    } finally {
      running--
      lastAt = clock.monotonic()
    }
  }
  const every: Clock['every'] = (ms, options) => ({
    [Symbol.asyncIterator]() {
      const inner = clock.every(ms, options)[Symbol.asyncIterator]()
      const self = {}
      return {
        async next() {
          ticks.delete(self)
          const tick = await timer(() => inner.next())
          if (tick.done !== true) ticks.set(self, clock.monotonic())
          return tick
        },
        async return() {
          ticks.delete(self)
          await inner.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  })
  const stuckMs = (): number | undefined => {
    if (waitingSince === undefined) return undefined
    const idleSince = !isOpen ? waitingSince : hasTimers && running === 0 ? lastAt : Infinity
    // What it waited for us before does not count.
    const since = Math.max(waitingSince, Math.min(idleSince, ...ticks.values()))
    const forMs = clock.monotonic() - since
    return forMs > stuckAfterMs ? forMs : undefined
  }

  return {
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (ms, options) => timer(() => clock.sleep(ms, options)),
      every,
    },
    waiting() {
      isOpen = true
      waitingSince = clock.monotonic()
    },
    working: () => void (waitingSince = undefined),
    async untilStuck({ signal }) {
      for await (const _ of clock.every(lookEveryMs, { signal })) {
        const forMs = stuckMs()
        if (forMs !== undefined) throw new Error(`it is stuck: it got no further for ${Math.round(forMs / 1000)} s`)
      }
      throw signal.reason
    },
  }
}
