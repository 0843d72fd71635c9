/** A viewer in memory: a sink that can be made to stall, and the client's own state machine behind it. */
import { applyFeedMessage, emptyFeedState, requestsAfterConnect, subscribe, unsubscribe } from '@netstats/protocol/feed'
import type { FeedMessage, FeedRequest, FeedState, Topic } from '@netstats/protocol/feed'
import type { Hub } from '../hub.ts'
import type { Viewer, Sink } from '../viewer.ts'

export interface TestClient {
  state: FeedState
  readonly received: FeedMessage[]
  readonly closes: { readonly code: number; readonly reason: string }[]
  /** Frames and bytes sent to it. */
  count: number
  bytes: number
  /** False: count only; neither frames nor state are kept. */
  keeps: boolean
  frames: Buffer[]
  pings: number
  answersPings: boolean
  viewer: Viewer | undefined
  connect(hub: Hub, address?: string): void
  disconnect(hub: Hub): void
  subscribe(hub: Hub, id: number, topic: Topic): void
  unsubscribe(hub: Hub, id: number): void
  send(hub: Hub, request: FeedRequest): void
  /** Stops taking frames: what is sent counts as unsent. */
  stall(): void
  /** Takes what waited. */
  drain(): void
}

export const createTestClient = (): TestClient => {
  let stalled = false
  let waiting: Buffer[] = []
  let hub: Hub | undefined
  const take = (frame: Buffer): void => {
    const message = JSON.parse(frame.toString()) as FeedMessage
    client.received.push(message)
    client.state = applyFeedMessage(client.state, message)
  }
  const sink: Sink = {
    send(frame) {
      client.count++
      client.bytes += frame.length
      if (!client.keeps) return
      client.frames.push(frame)
      if (stalled) waiting.push(frame)
      else take(frame)
    },
    get buffered() {
      return stalled ? waiting.reduce((n, frame) => n + frame.length, 0) : 0
    },
    ping() {
      client.pings++
      if (!stalled && client.answersPings && client.viewer !== undefined) hub?.pong(client.viewer)
    },
    close: (code, reason) => void client.closes.push({ code, reason }),
    terminate: () => void client.closes.push({ code: 1006, reason: 'terminated' }),
  }
  const client: TestClient = {
    state: emptyFeedState,
    received: [],
    closes: [],
    count: 0,
    bytes: 0,
    keeps: true,
    frames: [],
    pings: 0,
    answersPings: true,
    viewer: undefined,
    connect(to, address = '127.0.0.1') {
      hub = to
      const viewer = to.open(sink, address)
      if (typeof viewer === 'string') throw new Error(viewer)
      client.viewer = viewer
      for (const request of requestsAfterConnect(client.state)) client.send(to, request)
    },
    disconnect(hub) {
      if (client.viewer !== undefined) hub.closed(client.viewer, 'gone')
      client.viewer = undefined
      stalled = false
      // What was on its way is lost with the connection.
      waiting = []
    },
    subscribe(hub, id, topic) {
      client.state = subscribe(client.state, id, topic)
      client.send(hub, { type: 'subscribe', id, ...topic })
    },
    unsubscribe(hub, id) {
      client.state = unsubscribe(client.state, id)
      client.send(hub, { type: 'unsubscribe', id })
    },
    send(hub, request) {
      if (client.viewer !== undefined) hub.receive(client.viewer, JSON.stringify(request))
    },
    stall() {
      stalled = true
    },
    drain() {
      stalled = false
      for (const frame of waiting) take(frame)
      waiting = []
    },
  }
  return client
}
