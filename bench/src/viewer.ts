import type { FeedMessage } from '@netstats/protocol/feed'
import { WebSocket } from 'ws'

/** A dashboard that pins some nodes and tells when each of their rows shows a block for the first time. */
export interface Viewer extends Disposable {
  /** Bytes received since the last call. */
  takeBytes(): number
}

export const openViewer = async (options: {
  readonly url: string
  readonly network: string
  readonly pinned: readonly string[]
  readonly onBlock: (id: string, number: number, at: number) => void
}): Promise<Viewer> => {
  const socket = new WebSocket(options.url, { perMessageDeflate: false })
  let bytes = 0
  const seen = new Map<string, number>()
  const rows = (patches: Readonly<Record<string, { readonly blockNumber?: number | null }>>): void => {
    const at = Date.now()
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
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
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
    [Symbol.dispose]: () => socket.terminate(),
  }
}
