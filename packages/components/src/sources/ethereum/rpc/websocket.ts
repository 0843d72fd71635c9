import { WebSocket } from 'ws'
import { RpcError, toRpcError } from './errors.ts'
import { createExchange } from './exchange.ts'
import type { ConnectionOptions, RpcConnection } from './connection.ts'

/** JSON-RPC over WebSocket. The URL may carry a user and a password; they go into the upgrade request only. */
export const openWebSocket = async (
  endpoint: URL,
  options: ConnectionOptions & { readonly signal: AbortSignal },
): Promise<RpcConnection> => {
  const { label, signal } = options
  signal.throwIfAborted()
  const socket = new WebSocket(endpoint, {
    handshakeTimeout: options.timeoutMs,
    maxPayload: options.maxAnswerBytes,
    perMessageDeflate: false,
    headers: options.headers(),
  })
  const exchange = createExchange((text) => socket.send(text, () => undefined), options)
  const ended = Promise.withResolvers<RpcError>()
  const opened = Promise.withResolvers<void>()
  const end = (error: RpcError): void => {
    exchange.end(error)
    ended.resolve(error)
    opened.reject(error)
    socket.terminate()
  }
  const abort = (): void => end(new RpcError('RPC_CLOSED', `The connection to ${label} was given up.`))
  signal.addEventListener('abort', abort, { once: true })

  socket.on('open', () => opened.resolve())
  socket.on('error', (error: Error & { code?: string }) =>
    end(
      error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
        ? new RpcError('RPC_ANSWER_TOO_LARGE', `${label} sent more than ${options.maxAnswerBytes} bytes.`)
        : toRpcError(error, 'RPC_UNREACHABLE', label),
    ),
  )
  socket.on('close', (code) => end(new RpcError('RPC_CLOSED', `${label} closed the connection (${code}).`)))
  socket.on('message', (data) => {
    try {
      exchange.receive((data as Buffer).toString('utf8'))
    } catch (error) {
      end(toRpcError(error, 'RPC_ANSWER_INVALID', label))
    }
  })
  try {
    await opened.promise
  } finally {
    signal.removeEventListener('abort', abort)
  }
  return {
    pushes: true,
    ended: ended.promise,
    call: (calls, inner) => exchange.call(calls, inner),
    [Symbol.asyncDispose]: async () => {
      end(new RpcError('RPC_CLOSED', `The connection to ${label} was closed by the agent.`))
    },
  }
}
