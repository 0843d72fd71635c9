/**
 * Keeps one connection to the feed: notices silence, tries again after a growing pause, and learns why none can be opened.
 * It does not know what the connection is used for.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { checked, closed, type FeedRefusal, heard, type Link, opened, retried } from './link.ts'

/** A connection being made or open. After `close` its listener is not called any more. */
export interface Socket {
  send(text: string): void
  close(): void
}

export interface SocketListener {
  opened(): void
  received(data: unknown): void
  closed(): void
}

export interface ReconnectorContext {
  readonly connect: (listener: SocketListener) => Socket
  readonly now: () => number
  readonly random: () => number
  /** Calls after a delay; the result cancels. */
  readonly after: (ms: number, run: () => void) => () => void
  /** Asked after a connection that was never welcomed: why, and how often it was tried. */
  readonly why?: (attempt: number) => Promise<FeedRefusal | undefined>
}

export interface Reconnector {
  readonly link: ReadonlySignal<Link>
  /** Why there is no connection, where a reason is known. */
  readonly refusal: ReadonlySignal<FeedRefusal | undefined>
  /** Dropped while there is no connection. */
  readonly send: (text: string) => void
  /** A message came, with the round trip where it tells one. */
  readonly heard: (roundTripMs?: number) => void
  /** The server accepted this connection. */
  readonly welcomed: () => void
  /** The server said why it does not accept this connection. */
  readonly refused: (refusal: FeedRefusal) => void
  /** Ends the pause before the next try. */
  readonly retryNow: () => void
  readonly [Symbol.dispose]: () => void
}

interface Uses {
  readonly opened: () => void
  readonly received: (data: unknown) => void
  /** Time to ping the server. */
  readonly ping: (now: number) => void
}

const checkEveryMs = 1000
const pingEveryMs = 10_000

// oxlint-disable-next-line max-lines-per-function -- each part reads and changes the same socket, its flags and its timers
export function openReconnector(context: ReconnectorContext, uses: Uses): Reconnector {
  const link = signal<Link>({ status: 'connecting', attempt: 0, lostAt: null })
  const refusal = signal<FeedRefusal | undefined>(undefined)
  let socket: Socket | undefined
  let ready = false
  /** Whether this connection was welcomed, and what was said where it was not. */
  let welcomed = false
  let said: FeedRefusal | undefined
  let pingAt = 0
  let cancelRetry = (): void => {}

  const start = (): void => {
    cancelRetry()
    link.value = retried(link.peek())
    welcomed = false
    said = undefined
    socket = context.connect({
      opened: () => {
        ready = true
        pingAt = 0
        link.value = opened(context.now())
        uses.opened()
      },
      received: uses.received,
      closed: lose,
    })
  }

  const lose = (): void => {
    drop()
    const now = context.now()
    const lost = closed(link.peek(), now, context.random())
    link.value = lost
    if (!welcomed) void learnWhy(said, lost.attempt)
    cancelRetry = context.after(lost.nextTryAt - now, start)
  }

  const drop = (): void => {
    socket?.close()
    socket = undefined
    ready = false
  }

  const learnWhy = async (known: FeedRefusal | undefined, attempt: number): Promise<void> => {
    const reason = known ?? (await context.why?.(attempt))
    if (!welcomed) refusal.value = reason
  }

  const check = (): void => {
    const now = context.now()
    const next = checked(link.peek(), now)
    if (next === 'dead') lose()
    else {
      link.value = next
      if (ready && now >= pingAt) {
        pingAt = now + pingEveryMs
        uses.ping(now)
      }
    }
    cancelCheck = context.after(checkEveryMs, check)
  }

  let cancelCheck = context.after(checkEveryMs, check)
  start()

  return {
    link,
    refusal,
    send: (text) => {
      if (ready) socket?.send(text)
    },
    heard: (roundTripMs) => {
      link.value = heard(link.peek(), context.now(), roundTripMs)
    },
    welcomed: () => {
      welcomed = true
      refusal.value = undefined
    },
    refused: (reason) => {
      if (!welcomed) said = reason
    },
    retryNow: () => {
      if (link.peek().status === 'lost') start()
    },
    [Symbol.dispose]: () => {
      cancelRetry()
      cancelCheck()
      drop()
    },
  }
}
