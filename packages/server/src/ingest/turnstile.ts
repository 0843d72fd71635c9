/**
 * Lets those in who come all at once: so many a second, and a few milliseconds' worth at a time, so that those who are in
 * already do not notice. Who would have to wait longer than a client waits for its handshake is sent away to come later:
 * at once where that can be foreseen from how fast the queue moves, else when it has waited for so long. To let in whom
 * nobody waits for any more would be work for nothing, and the more of it the slower everybody else.
 */
import { createTokenBucket, refill, takeTokens } from './token-bucket.ts'
import type { Rate } from './token-bucket.ts'

export interface TurnstileLimits {
  readonly rate: Rate
  /** Longest wait; geth gives up 5 s after it began to connect. */
  readonly waitMs: number
  /** How long letting in may go on before others have their turn. */
  readonly sliceMs: number
}

export interface Guest {
  readonly letIn: () => void
  readonly sendAway: () => void
  /** It has left while it waited. */
  readonly isGone: () => boolean
}

export interface Turnstile {
  /** Lets it in or sends it away, now or soon. */
  enter(guest: Guest): void
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
  readonly guest: Guest
  readonly since: number
}

/** How often it is looked for room, while somebody waits for the rate. */
const lookMs = 20
/** Over how long it is measured how fast the queue moves. */
const paceMs = 500

export const createTurnstile = ({ limits, now, defer, later }: TurnstileOptions): Turnstile => {
  const { rate, waitMs, sliceMs } = limits
  const bucket = createTokenBucket(rate, now())
  let queue: Waiting[] = []
  let scheduled = false
  let sliceEnds = -1
  /** Guests a millisecond: the rate, or how fast the queue has moved of late. */
  let pace = rate.perSecond / 1000
  let moved = 0
  let movedSince = 0

  const schedule = (): void => {
    if (scheduled || queue.length === 0) return
    scheduled = true
    if (refill(bucket, rate, now()) >= 1) defer(slice)
    else later(slice, lookMs)
  }

  const measure = (time: number): void => {
    if (time - movedSince < paceMs) return
    pace = Math.min(rate.perSecond / 1000, moved / (time - movedSince))
    moved = 0
    movedSince = time
  }

  const slice = (): void => {
    scheduled = false
    const began = now()
    const ends = began + sliceMs
    let done = 0
    while (done < queue.length && now() < ends) {
      const { guest, since } = queue[done] as Waiting
      if (!guest.isGone()) {
        if (began - since > waitMs) guest.sendAway()
        else if (takeTokens(bucket, rate, now())) guest.letIn()
        else break
      }
      done++
    }
    moved += done
    queue = done === queue.length ? [] : queue.slice(done)
    sliceEnds = -1
    if (queue.length > 0) measure(now())
    schedule()
  }

  const wait = (guest: Guest, time: number): void => {
    if (queue.length === 0) {
      pace = rate.perSecond / 1000
      moved = 0
      movedSince = time
    }
    queue.push({ guest, since: time })
    schedule()
  }

  return {
    enter(guest) {
      const time = now()
      // The first of a turn of the event loop starts its clock; the end of the turn resets it.
      if (sliceEnds < 0) {
        sliceEnds = time + sliceMs
        defer(() => (sliceEnds = -1))
      }
      if (queue.length === 0 && time < sliceEnds && takeTokens(bucket, rate, time)) guest.letIn()
      else if (queue.length > 0 && queue.length >= pace * waitMs) guest.sendAway()
      else wait(guest, time)
    },
    get waiting() {
      return queue.length
    },
  }
}
