/** A dashboard on `/feed` that reads what it is sent. */
import type { FeedMessage } from '@netstats/protocol/feed'
import { WebSocket } from 'ws'

/** Pins some nodes, and reports when each of their rows shows a block for the first time. */
export interface FeedViewer extends Disposable {
  /** Bytes received since the last call. */
  takeBytes(): number
  /** Resolves with its first rows; fails where the connection ends before. */
  readonly firstRows: Promise<void>
}

export const openFeedViewer = async (options: {
  readonly url: string
  readonly network: string
  readonly pinned: readonly string[]
  readonly onBlock: (id: string, number: number, at: number) => void
}): Promise<FeedViewer> => {
  const socket = new WebSocket(options.url, { perMessageDeflate: false })
  let bytes = 0
  let disposed = false
  const first = Promise.withResolvers<void>()
  // Not everybody waits for it.
  first.promise.catch(() => undefined)
  const seen = new Map<string, number>()
  const rows = (patches: Readonly<Record<string, { readonly blockNumber?: number | null }>>): void => {
    const at = Date.now()
    if (Object.keys(patches).length > 0) first.resolve()
    for (const [id, row] of Object.entries(patches)) {
      if (typeof row.blockNumber !== 'number' || seen.get(id) === row.blockNumber) continue
      seen.set(id, row.blockNumber)
      options.onBlock(id, row.blockNumber, at)
    }
  }
  socket.on('message', (data: Buffer) => {
    bytes += data.length
    const message = JSON.parse(data.toString()) as FeedMessage
    if ((message.type === 'snapshot' || message.type === 'delta') && message.topic === 'nodes') rows(message.data.rows)
    if (message.type === 'error') process.stderr.write(`feed: ${message.code} ${message.message}\n`)
  })
  socket.once('close', (code, reason) => {
    const text = `the connection of a dashboard ended: ${code} ${reason.toString()}`.trimEnd()
    first.reject(new Error(text))
    if (!disposed) process.stderr.write(`${text}\n`)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.on('error', reject)
  })
  const window = { sort: 'name', descending: false, filter: '', offset: 0, limit: 50, pinned: options.pinned }
  socket.send(JSON.stringify({ type: 'subscribe', id: 1, topic: 'summary', network: options.network }))
  socket.send(JSON.stringify({ type: 'subscribe', id: 2, topic: 'nodes', network: options.network, window }))
  socket.send(JSON.stringify({ type: 'subscribe', id: 3, topic: 'blocks', network: options.network, limit: 30 }))
  return {
    takeBytes: () => {
      const n = bytes
      bytes = 0
      return n
    },
    firstRows: first.promise,
    [Symbol.dispose]() {
      disposed = true
      socket.terminate()
    },
  }
}
