import { unixMs } from '@netstats/protocol'
import { ticks } from '../clock.ts'
import type { Clock } from '../clock.ts'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves both clocks on by `ms`; runs every timer that falls due, in order, and lets its consequences happen first. */
  advance(ms: number): Promise<void>
  /** Steps the wall clock only, as NTP or an operator does; sleepers do not notice. */
  step(ms: number): void
  /** Lets everything happen that needs no time to pass. */
  settle(): Promise<void>
  /** Lets things happen, without moving the time, until `condition` holds; throws when it does not within five real seconds. */
  until(condition: () => boolean): Promise<void>
  /** Resolves once at least `count` sleeps are pending: the code under test has come to rest. */
  untilSleeping(count?: number): Promise<void>
  /** Sleeps pending now. */
  sleeping(): number
}

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

export interface FakeClockOptions {
  /** Wall clock at the start; 2026-01-01T00:00:00Z where none is given. */
  readonly start?: number
}

export const createFakeClock = ({ start = 1_767_225_600_000 }: FakeClockOptions = {}): FakeClock => {
  let elapsed = 0
  let stepped = 0
  let order = 0
  const sleepers = new Set<Sleeper>()
  let watchers: (() => void)[] = []

  const sleep = (ms: number, { signal }: { signal: AbortSignal }): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const onAbort = (): void => {
        sleepers.delete(sleeper)
        reject(signal.reason)
      }
      const sleeper: Sleeper = {
        at: elapsed + Math.max(ms, 0),
        order: order++,
        wake: () => {
          sleepers.delete(sleeper)
          signal.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      sleepers.add(sleeper)
      signal.addEventListener('abort', onAbort, { once: true })
      const woken = watchers
      watchers = []
      for (const watcher of woken) watcher()
    })

  const nextDue = (until: number): Sleeper | undefined => {
    let next: Sleeper | undefined
    for (const one of sleepers) {
      if (one.at > until) continue
      if (!next || one.at < next.at || (one.at === next.at && one.order < next.order)) next = one
    }
    return next
  }

  const clock: FakeClock = {
    now: () => unixMs(Math.round(start + elapsed + stepped)),
    monotonic: () => elapsed,
    sleep,
    every: (ms, options) => ticks(clock, ms, options),
    async advance(ms) {
      const until = elapsed + ms
      await settle()
      for (let due = nextDue(until); due; due = nextDue(until)) {
        elapsed = Math.max(elapsed, due.at)
        due.wake()
        await settle()
      }
      elapsed = until
    },
    step(ms) {
      stepped += ms
    },
    settle,
    async until(condition) {
      const limit = Date.now() + 5000
      while (!condition()) {
        if (Date.now() > limit) throw new Error(`it did not come to pass: ${condition.toString()}`)
        await settle()
      }
    },
    async untilSleeping(count = 1) {
      while (sleepers.size < count) await new Promise<void>((resolve) => watchers.push(resolve))
    },
    sleeping: () => sleepers.size,
  }
  return clock
}

/** Two turns of the event loop: promises, and what they hand to setImmediate. Sockets and files need an event instead. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}
