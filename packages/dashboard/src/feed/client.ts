/** The edge to the feed: one WebSocket, the state it fills, and the timers that notice silence and come back. */
import {
  applyFeedMessage,
  emptyFeedState,
  type FeedMessage,
  type FeedRequest,
  type FeedState,
  requestsAfterConnect,
  requestsAfterGap,
  subscribe,
  type Topic,
  unsubscribe,
} from '@netstats/protocol/feed'
import { type ReadonlySignal, signal } from '@preact/signals'
import { checked, closed, heard, type Link, opened, retried } from './link.ts'

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

export interface FeedContext {
  readonly connect: (listener: SocketListener) => Socket
  readonly now: () => number
  readonly random: () => number
  /** Calls after a delay; the result cancels. */
  readonly after: (ms: number, run: () => void) => () => void
  /** Told the server's time as messages bring it; `fresh` on a new connection. */
  readonly onServerTime?: (serverTime: number, fresh: boolean) => void
}

export interface FeedClient {
  readonly state: ReadonlySignal<FeedState>
  readonly link: ReadonlySignal<Link>
  /** Asks for a topic; the id finds it in `state`. */
  readonly open: (topic: Topic) => number
  readonly close: (id: number) => void
  /** Ends the wait of a back-off. */
  readonly retryNow: () => void
  readonly [Symbol.dispose]: () => void
}

const checkEveryMs = 1000
const pingEveryMs = 10_000

export function openFeed(context: FeedContext): FeedClient {
  const state = signal<FeedState>(emptyFeedState)
  const link = signal<Link>({ status: 'connecting', attempt: 0, lostAt: null })
  let socket: Socket | undefined
  let ready = false
  let nextId = 1
  let pingAt = 0
  let cancelRetry = (): void => {}

  const send = (request: FeedRequest): void => {
    if (ready) socket?.send(JSON.stringify(request))
  }

  const receive = (message: FeedMessage): void => {
    const now = context.now()
    link.value = heard(link.peek(), now, message.type === 'pong' ? now - message.clientTime : undefined)
    const serverTime = 'at' in message ? message.at : 'serverTime' in message ? message.serverTime : undefined
    if (serverTime !== undefined) context.onServerTime?.(serverTime, message.type === 'welcome')
    const before = state.peek()
    const after = applyFeedMessage(before, message)
    state.value = after
    // Gaps are rare and answered with a snapshot; a subscription that was asked again waits and is not asked twice.
    for (const request of requestsAfterGap(after)) {
      if (request.type !== 'subscribe' || before.subscriptions.get(request.id)?.gap) continue
      send(request)
    }
  }

  const start = (): void => {
    cancelRetry()
    link.value = retried(link.peek())
    socket = context.connect({
      opened: () => {
        ready = true
        link.value = opened(context.now())
        for (const request of requestsAfterConnect(state.peek())) send(request)
        pingAt = 0
      },
      received: (data) => {
        const message = readMessage(data)
        if (message) receive(message)
      },
      closed: lose,
    })
  }

  const lose = (): void => {
    socket?.close()
    socket = undefined
    ready = false
    const now = context.now()
    const lost = closed(link.peek(), now, context.random())
    link.value = lost
    cancelRetry = context.after(lost.nextTryAt - now, start)
  }

  const check = (): void => {
    const now = context.now()
    const next = checked(link.peek(), now)
    if (next === 'dead') lose()
    else {
      link.value = next
      if (ready && now >= pingAt) {
        pingAt = now + pingEveryMs
        send({ type: 'ping', clientTime: now })
      }
    }
    cancelCheck = context.after(checkEveryMs, check)
  }

  let cancelCheck = context.after(checkEveryMs, check)
  start()

  return {
    state,
    link,
    open: (topic) => {
      // The server takes ids below a million; a wall that runs for years comes round to ids long free again.
      while (state.peek().subscriptions.has(nextId)) nextId += 1
      const id = nextId
      nextId = id >= 999_999 ? 1 : id + 1
      state.value = subscribe(state.peek(), id, topic)
      send({ type: 'subscribe', id, ...topic })
      return id
    },
    close: (id) => {
      state.value = unsubscribe(state.peek(), id)
      send({ type: 'unsubscribe', id })
    },
    retryNow: () => {
      if (link.peek().status === 'lost') start()
    },
    [Symbol.dispose]: () => {
      cancelRetry()
      cancelCheck()
      socket?.close()
      socket = undefined
      ready = false
    },
  }
}

/** The server is ours and of the same version, so its frames are not checked field by field; text that is no JSON is dropped. */
function readMessage(data: unknown): FeedMessage | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return JSON.parse(data) as FeedMessage
  } catch {
    return undefined
  }
}
