import type { WebSocket } from 'ws'

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
