import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'
import { withDeadline } from '../lib/with-timeout.ts'

/**
 * Makes WebSockets of upgrade requests that something else routes. No compression: at many small messages it costs more
 * than it saves. A peer that does not answer a close is cut after 5 s.
 */
export const createSocketServer = (maxPayload: number, protocol?: string): WebSocketServer => {
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    closeTimeout: 5000,
    // A peer that offers others gets none, and closes by itself.
    ...(protocol !== undefined && {
      handleProtocols: (offered: ReadonlySet<string>) => (offered.has(protocol) ? protocol : false),
    }),
  }
  return new WebSocketServer(options)
}

export type FrameFault = 'oversized' | 'not-utf8' | 'protocol-error'

const frameFaults: Readonly<Record<string, FrameFault>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'oversized',
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 'oversized',
  // Pieces cost memory of their own, whatever they hold.
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 'oversized',
  WS_ERR_INVALID_UTF8: 'not-utf8',
  WS_ERR_EXPECTED_FIN: 'protocol-error',
  WS_ERR_EXPECTED_MASK: 'protocol-error',
  WS_ERR_INVALID_CLOSE_CODE: 'protocol-error',
  WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH: 'protocol-error',
  WS_ERR_INVALID_OPCODE: 'protocol-error',
  WS_ERR_UNEXPECTED_MASK: 'protocol-error',
  WS_ERR_UNEXPECTED_RSV_1: 'protocol-error',
  WS_ERR_UNEXPECTED_RSV_2_3: 'protocol-error',
}

/** What a peer did to WebSocket itself; undefined where its connection just broke. `ws` ends it either way. */
export const frameFaultOf = (error: NodeJS.ErrnoException): FrameFault | undefined => frameFaults[error.code ?? '']

const serviceRestart = 1012

/** Closes sockets and waits until they are gone; those that do not answer in time are cut. */
export const closeSockets = async (sockets: readonly WebSocket[], graceMs = 1000): Promise<void> => {
  const open = sockets.filter((socket) => socket.readyState !== socket.CLOSED)
  if (open.length === 0) return
  const closed = open.map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        socket.close(serviceRestart)
      }),
  )
  await withDeadline(Promise.all(closed), graceMs, () => {
    for (const socket of open) socket.terminate()
  })
}
