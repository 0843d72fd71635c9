/** A page of the classic dashboard on `/primus`: it answers pings, and is sent everything. */
import { WebSocket } from 'ws'

export interface ClassicViewer extends Disposable {
  /** Bytes received since the last call. */
  takeBytes(): number
  readonly closed: boolean
}

export const openClassicViewer = async (port: number): Promise<ClassicViewer> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/primus/?_primuscb=bench`, { perMessageDeflate: false })
  let bytes = 0
  let closed = false
  socket.on('message', (data: Buffer) => {
    bytes += data.length
    const text = data.toString()
    if (text.startsWith('"primus::ping::')) socket.send(text.replace('ping', 'pong'))
    else if (text.startsWith('{"action":"client-ping"')) {
      const { data: ping } = JSON.parse(text) as { data: { serverTime: number } }
      socket.send(JSON.stringify({ emit: ['client-pong', { serverTime: ping.serverTime, clientTime: Date.now() }] }))
    }
  })
  socket.once('close', () => {
    closed = true
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  socket.send('{"emit":["ready"]}')
  return {
    takeBytes: () => {
      const n = bytes
      bytes = 0
      return n
    },
    get closed() {
      return closed
    },
    [Symbol.dispose]: () => socket.terminate(),
  }
}
