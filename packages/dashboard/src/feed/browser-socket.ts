import type { Socket, SocketListener } from './client.ts'

/** The browser's WebSocket as the client wants it: one listener, deaf once it is closed from here. */
export function connectSocket(url: URL, listener: SocketListener): Socket {
  const socket = new WebSocket(url)
  const deaf = new AbortController()
  const { signal } = deaf
  socket.addEventListener('open', () => listener.opened(), { signal })
  socket.addEventListener('message', (event) => listener.received(event.data), { signal })
  // An error is always followed by a close, which says all there is to know.
  socket.addEventListener('close', () => listener.closed(), { signal })
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: () => {
      deaf.abort()
      socket.close()
    },
  }
}
