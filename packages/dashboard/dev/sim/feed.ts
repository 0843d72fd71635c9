import type { Server } from 'node:http'
import type { FeedMessage, FeedRequest, Topic, TopicData, TopicName } from '@netstats/protocol/feed'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SimNetwork } from './network.ts'
import { diff, look } from './topics.ts'

interface Seat {
  readonly topic: Topic
  readonly channel: number
  seq: number
  data: TopicData[TopicName]
}

/** Speaks the feed on `/feed`: snapshots, then deltas four times a second. A resume is answered with a snapshot. */
export function serveFeed(server: Server, networks: readonly SimNetwork[]): () => void {
  const sockets = new WebSocketServer({ server, path: '/feed', maxPayload: 65_536 })
  const epoch = `sim-${Date.now()}`
  const readers = new Map<WebSocket, Map<number, Seat>>()
  let channels = 0

  const send = (socket: WebSocket, message: FeedMessage): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
  }

  const snapshot = (socket: WebSocket, id: number, seat: Seat): void => {
    const { topic, channel, seq, data } = seat
    send(socket, { type: 'snapshot', id, topic: topic.topic, channel, seq, at: Date.now(), data } as FeedMessage)
  }

  const receive = (socket: WebSocket, seats: Map<number, Seat>, request: FeedRequest): void => {
    if (request.type === 'ping') {
      send(socket, { type: 'pong', clientTime: request.clientTime, serverTime: Date.now() })
    } else if (request.type === 'unsubscribe') {
      seats.delete(request.id)
    } else {
      const { id, type: _type, resume: _resume, ...topic } = request
      const data = look(networks, topic)
      if (data === undefined) {
        send(socket, { type: 'error', id, code: 'FEED_UNKNOWN_NETWORK', message: 'There is no such network.' })
        return
      }
      const seat: Seat = { topic, channel: ++channels, seq: 1, data }
      seats.set(id, seat)
      snapshot(socket, id, seat)
    }
  }

  sockets.on('connection', (socket) => {
    const seats = new Map<number, Seat>()
    readers.set(socket, seats)
    send(socket, { type: 'welcome', feed: 1, epoch, serverTime: Date.now(), version: 'simulator' })
    socket.on('message', (bytes: Buffer) => receive(socket, seats, JSON.parse(bytes.toString()) as FeedRequest))
    socket.on('close', () => readers.delete(socket))
  })

  const update = (): void => {
    const at = Date.now()
    for (const [socket, seats] of readers) {
      for (const [id, seat] of seats) {
        const data = look(networks, seat.topic) ?? seat.data
        const delta = diff(seat.topic.topic, seat.data, data)
        seat.data = data
        if (delta === undefined) continue
        seat.seq += 1
        if (delta === 'snapshot') snapshot(socket, id, seat)
        else {
          const { topic, channel, seq } = seat
          send(socket, { type: 'delta', topic: topic.topic, channel, seq, at, data: delta } as FeedMessage)
        }
      }
    }
  }

  const timers = [
    setInterval(() => {
      for (const network of networks) network.advance(Date.now())
      update()
    }, 250),
    setInterval(() => {
      for (const socket of readers.keys()) send(socket, { type: 'tick', at: Date.now() })
    }, 5000),
  ]
  return () => {
    for (const timer of timers) clearInterval(timer)
    for (const socket of readers.keys()) socket.terminate()
    sockets.close()
  }
}
