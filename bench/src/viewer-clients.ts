/**
 * One process of dashboards for viewers.ts: each asks for what the page asks for and counts what it is sent. Reading it all
 * would cost more than the server's part, so one in `sampleEvery` reads, and tells how old blocks were when its rows showed them.
 */
import type { FeedMessage, NodeColumn, NodeWindow } from '@netstats/protocol/feed'
import { WebSocket } from 'ws'

export interface OpenViewers {
  readonly type: 'open'
  readonly url: string
  readonly network: string
  readonly viewers: number
  readonly nodes: number
  readonly rows: number
  /** `same`: all look at the first rows; `spread`: every one has an order and a place of its own. */
  readonly windows: string
  /** With the map, as the page has it where nodes have a place. */
  readonly map: boolean
  readonly sampleEvery: number
}

export interface ViewerFigures {
  /** Bytes since the last question: mean and largest of a viewer, and by topic of those that read. */
  readonly meanBytes: number
  readonly maxBytes: number
  readonly frames: number
  readonly topics: Readonly<Record<string, number>>
  /** Milliseconds from a node's word to its row in a dashboard, ascending. */
  readonly delays: readonly number[]
  readonly open: number
  readonly errors: Readonly<Record<string, number>>
}

interface Viewer {
  readonly socket: WebSocket
  bytes: number
}

const viewers: Viewer[] = []
let frames = 0
let topics: Record<string, number> = {}
let delays: number[] = []
const errors: Record<string, number> = {}

const sorts: readonly (readonly [NodeColumn, boolean])[] = [
  ['name', false],
  ['behind', true],
  ['propagationMs', false],
  ['latencyMs', true],
  ['peers', true],
  ['lastSeenAt', true],
  ['pending', true],
  ['uptime', false],
]

const windowOf = (i: number, { windows, rows, nodes }: OpenViewers): NodeWindow => {
  const [sort, descending] =
    windows === 'same' ? (sorts[0] ?? ['name', false]) : (sorts[i % sorts.length] ?? ['name', false])
  const offset = windows === 'same' ? 0 : (Math.imul(i + 1, 2654435761) >>> 0) % Math.max(1, nodes - rows)
  return { sort, descending, filter: '', offset, limit: rows, pinned: [] }
}

const read = (viewer: { shown: Map<string, number> }, data: Buffer): void => {
  const message = JSON.parse(data.toString()) as FeedMessage
  const topic = 'topic' in message ? message.topic : message.type
  topics[topic] = (topics[topic] ?? 0) + data.length
  if (message.type === 'error') errors[message.code] = (errors[message.code] ?? 0) + 1
  if (!('topic' in message) || message.topic !== 'nodes' || !('data' in message)) return
  const now = Date.now()
  const { rows } = message.data
  for (const id in rows) {
    const { blockNumber, blockAt } = rows[id] ?? {}
    if (typeof blockNumber !== 'number' || typeof blockAt !== 'number') continue
    // Of a row that came into view the block is not news.
    if (viewer.shown.has(id) && viewer.shown.get(id) !== blockNumber) delays.push(now - blockAt)
    viewer.shown.set(id, blockNumber)
  }
}

const openOne = (i: number, options: OpenViewers): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${options.url.replace('http', 'ws')}/feed`, {
      perMessageDeflate: false,
      localAddress: `127.0.${1 + (i >> 8)}.${1 + (i & 127)}`,
    })
    const viewer = { socket, bytes: 0, shown: new Map<string, number>() }
    const reads = i % options.sampleEvery === 0
    socket.on('message', (data: Buffer) => {
      frames++
      viewer.bytes += data.length
      if (reads) read(viewer, data)
    })
    socket.once('open', () => {
      const ask = (request: object): void => socket.send(JSON.stringify({ type: 'subscribe', ...request }))
      const { network } = options
      ask({ id: 1, topic: 'networks' })
      ask({ id: 2, topic: 'summary', network })
      ask({ id: 3, topic: 'blocks', network, limit: 72 })
      ask({ id: 4, topic: 'nodes', network, window: windowOf(i, options) })
      if (options.map) ask({ id: 5, topic: 'map', network })
      viewers.push(viewer)
      resolve()
    })
    socket.once('error', reject)
  })

const figures = (): ViewerFigures => {
  const bytes = viewers.map((one) => one.bytes)
  const answer: ViewerFigures = {
    meanBytes: bytes.reduce((sum, one) => sum + one, 0) / Math.max(1, bytes.length),
    maxBytes: Math.max(0, ...bytes),
    frames,
    topics,
    delays: delays.sort((a, b) => a - b),
    open: viewers.filter(({ socket }) => socket.readyState === socket.OPEN).length,
    errors,
  }
  for (const one of viewers) one.bytes = 0
  frames = 0
  topics = {}
  delays = []
  return answer
}

process.on('message', (message: OpenViewers | { readonly type: 'figures' }) => {
  if (message.type === 'figures') process.send?.(figures())
  else {
    const all = Array.from({ length: message.viewers }, (_, i) => i)
    const wave = async (): Promise<void> => {
      for (let at = 0; at < all.length; at += 50)
        await Promise.all(all.slice(at, at + 50).map((i) => openOne(i, message)))
    }
    wave().then(
      () => process.send?.({ opened: true }),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
})
process.on('disconnect', () => process.exit(0))
