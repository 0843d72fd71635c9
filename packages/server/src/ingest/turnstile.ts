/**
 * Lets those in who come all at once: so many a second, and a few milliseconds' worth at a time, so that those who are in
 * already do not notice. Who would have to wait longer than a client waits for its handshake is sent away to come later.
 */
import { createTokenBucket, refill, takeTokens } from './token-bucket.ts'
import type { Rate } from './token-bucket.ts'

export interface TurnstileLimits {
  readonly rate: Rate
  /** Longest wait; geth gives up after 5 s. */
  readonly waitMs: number
  /** How long letting in may go on before others have their turn. */
  readonly sliceMs: number
}

export interface Turnstile {
  /** Lets in, now or soon; false where the queue is too long. `isGone` tells of one that has left while it waited. */
  enter(letIn: () => void, isGone: () => boolean): boolean
  readonly waiting: number
}

export interface TurnstileOptions {
  readonly limits: TurnstileLimits
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Calls back after pending I/O: `setImmediate`. */
  readonly defer: (run: () => void) => void
  readonly later: (run: () => void, ms: number) => void
}

interface Waiting {
  readonly letIn: () => void
  readonly isGone: () => boolean
}

/** How often it is looked for room, while somebody waits for the rate. */
const lookMs = 20

export const createTurnstile = ({ limits, now, defer, later }: TurnstileOptions): Turnstile => {
  const { rate, waitMs, sliceMs } = limits
  const longest = Math.max(1, Math.floor((rate.perSecond * waitMs) / 1000))
  const bucket = createTokenBucket(rate, now())
  let queue: Waiting[] = []
  let scheduled = false
  let sliceEnds = -1

  const schedule = (): void => {
    if (scheduled || queue.length === 0) return
    scheduled = true
    if (refill(bucket, rate, now()) >= 1) defer(slice)
    else later(slice, lookMs)
  }

  const slice = (): void => {
    scheduled = false
    const ends = now() + sliceMs
    let done = 0
    while (done < queue.length && now() < ends) {
      const next = queue[done] as Waiting
      if (!next.isGone()) {
        if (!takeTokens(bucket, rate, now())) break
        next.letIn()
      }
      done++
    }
    queue = done === queue.length ? [] : queue.slice(done)
    sliceEnds = -1
    schedule()
  }

  return {
    enter(letIn, isGone) {
      const time = now()
      // The first of a turn of the event loop starts its clock; the end of the turn resets it.
      if (sliceEnds < 0) {
        sliceEnds = time + sliceMs
        defer(() => (sliceEnds = -1))
      }
      if (queue.length === 0 && time < sliceEnds && takeTokens(bucket, rate, time)) {
        letIn()
        return true
      }
      if (queue.length >= longest) return false
      queue.push({ letIn, isGone })
      schedule()
      return true
    },
    get waiting() {
      return queue.length
    },
  }
}
