import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'

/**
 * Makes WebSockets of upgrade requests that something else routes. No compression: at many small messages it costs more
 * than it saves. A peer that does not answer a close is cut after 5 s.
 */
export const createSocketServer = (maxPayload: number): WebSocketServer => {
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    closeTimeout: 5000,
  }
  return new WebSocketServer(options)
}

const serviceRestart = 1012

/** Closes sockets and waits until they are gone; those that do not answer in time are cut. */
export const closeSockets = async (sockets: readonly WebSocket[], graceMs = 1000): Promise<void> => {
  const open = sockets.filter((socket) => socket.readyState !== socket.CLOSED)
  if (open.length === 0) return
  const cut = setTimeout(() => {
    for (const socket of open) socket.terminate()
  }, graceMs)
  await Promise.all(
    open.map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve())
          socket.close(serviceRestart)
        }),
    ),
  )
  clearTimeout(cut)
}
