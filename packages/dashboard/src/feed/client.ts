/** The client of the feed: its topics, the state that messages fill, and the requests that follow from it. */
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
import { openReconnector, type Reconnector, type ReconnectorContext } from './reconnector.ts'

interface FeedContext extends ReconnectorContext {
  /** Receives the server's time as messages bring it; `fresh` on a new connection. */
  readonly onServerTime?: (serverTime: number, fresh: boolean) => void
}

export interface FeedClient extends Pick<Reconnector, 'link' | 'refusal' | 'retryNow' | typeof Symbol.dispose> {
  readonly state: ReadonlySignal<FeedState>
  /** Opens a topic; the id finds it in `state`. */
  readonly open: (topic: Topic) => number
  readonly close: (id: number) => void
}

/** The server takes ids below a million. */
const lastId = 999_999

export function openFeed(context: FeedContext): FeedClient {
  const state = signal<FeedState>(emptyFeedState)
  let nextId = 1
  const send = (request: FeedRequest): void => connection.send(JSON.stringify(request))

  const receive = (message: FeedMessage): void => {
    if (message.type === 'welcome') connection.welcomed()
    else if (message.type === 'error') connection.refused({ reason: message.message })
    connection.heard(message.type === 'pong' ? context.now() - message.clientTime : undefined)
    const serverTime = 'at' in message ? message.at : 'serverTime' in message ? message.serverTime : undefined
    if (serverTime !== undefined) context.onServerTime?.(serverTime, message.type === 'welcome')
    const before = state.peek()
    const after = applyFeedMessage(before, message)
    state.value = after
    // Gaps are rare and answered with a snapshot; a subscription that was requested again is not requested twice.
    for (const request of requestsAfterGap(after)) {
      if (request.type !== 'subscribe' || before.subscriptions.get(request.id)?.gap) continue
      send(request)
    }
  }

  const connection = openReconnector(context, {
    opened: () => {
      for (const request of requestsAfterConnect(state.peek())) send(request)
    },
    received: (data) => {
      const message = readMessage(data)
      if (message) receive(message)
    },
    ping: (clientTime) => send({ type: 'ping', clientTime }),
  })

  return {
    state,
    link: connection.link,
    refusal: connection.refusal,
    retryNow: connection.retryNow,
    open: (topic) => {
      // A page that runs for years comes back to ids that are free again.
      while (state.peek().subscriptions.has(nextId)) nextId += 1
      const id = nextId
      nextId = id >= lastId ? 1 : id + 1
      state.value = subscribe(state.peek(), id, topic)
      send({ type: 'subscribe', id, ...topic })
      return id
    },
    close: (id) => {
      state.value = unsubscribe(state.peek(), id)
      send({ type: 'unsubscribe', id })
    },
    [Symbol.dispose]: connection[Symbol.dispose],
  }
}

/** The server is of the same version, so its frames are not checked field by field; text that is not JSON is dropped. */
function readMessage(data: unknown): FeedMessage | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return JSON.parse(data) as FeedMessage
  } catch {
    return undefined
  }
}
