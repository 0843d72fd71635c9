/**
 * Accepts connections that come all at once: at a fixed rate, and a few milliseconds' worth at a time, so that active sessions
 * do not notice. One that would wait longer than a client waits for its handshake is rejected, to come later: at once where
 * that can be foreseen from how fast the queue moves, else when it has waited for so long. To accept a connection whose client
 * has given up would be work for nothing, and make all others slower.
 */
import { createTokenBucket, refill, takeTokens } from '@netstats/sdk/limits'
import type { Rate } from '@netstats/sdk/limits'

export interface LoginQueueLimits {
  readonly rate: Rate
  /** Longest wait; geth gives up 5 s after it began to connect. */
  readonly waitMs: number
  /** How long accepting may go on before others have their turn. */
  readonly sliceMs: number
}

export interface PendingConnection {
  readonly accept: () => void
  readonly reject: () => void
  /** It was closed while it waited. */
  readonly isGone: () => boolean
}

export interface LoginQueue {
  /** Accepts or rejects it, now or soon. */
  enter(connection: PendingConnection): void
  readonly waiting: number
}

export interface LoginQueueOptions {
  readonly limits: LoginQueueLimits
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Calls back after pending I/O: `setImmediate`. */
  readonly defer: (run: () => void) => void
  readonly later: (run: () => void, ms: number) => void
}

interface Waiting {
  readonly connection: PendingConnection
  readonly since: number
}

/** How often the rate is checked, while connections wait for it. */
const checkMs = 20
/** Over how long it is measured how fast the queue moves. */
const speedMs = 500

export const createLoginQueue = ({ limits, now, defer, later }: LoginQueueOptions): LoginQueue => {
  const { rate, waitMs, sliceMs } = limits
  const bucket = createTokenBucket(rate, now())
  let queue: Waiting[] = []
  let scheduled = false
  let sliceEnds = -1
  /** Connections a millisecond: the rate, or how fast the queue has moved of late. */
  let speed = rate.perSecond / 1000
  let moved = 0
  let movedSince = 0

  const schedule = (): void => {
    if (scheduled || queue.length === 0) return
    scheduled = true
    if (refill(bucket, rate, now()) >= 1) defer(slice)
    else later(slice, checkMs)
  }

  const measure = (time: number): void => {
    if (time - movedSince < speedMs) return
    speed = Math.min(rate.perSecond / 1000, moved / (time - movedSince))
    moved = 0
    movedSince = time
  }

  const slice = (): void => {
    scheduled = false
    const began = now()
    const ends = began + sliceMs
    let done = 0
    while (done < queue.length && now() < ends) {
      const { connection, since } = queue[done] as Waiting
      if (!connection.isGone()) {
        if (began - since > waitMs) connection.reject()
        else if (takeTokens(bucket, rate, now())) connection.accept()
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

  const wait = (connection: PendingConnection, time: number): void => {
    if (queue.length === 0) {
      speed = rate.perSecond / 1000
      moved = 0
      movedSince = time
    }
    queue.push({ connection, since: time })
    schedule()
  }

  return {
    enter(connection) {
      const time = now()
      // The first of a turn of the event loop starts its clock; the end of the turn resets it.
      if (sliceEnds < 0) {
        sliceEnds = time + sliceMs
        defer(() => (sliceEnds = -1))
      }
      if (queue.length === 0 && time < sliceEnds && takeTokens(bucket, rate, time)) connection.accept()
      else if (queue.length > 0 && queue.length >= speed * waitMs) connection.reject()
      else wait(connection, time)
    },
    get waiting() {
      return queue.length
    },
  }
}
