import { connect } from 'node:net'
import { RpcError, toRpcError } from './errors.ts'
import { createExchange } from './exchange.ts'
import { createJsonFrames } from './json-frames.ts'
import type { ConnectionOptions, RpcConnection } from './connection.ts'

/** JSON-RPC over a Unix socket or a Windows named pipe. */
export const openIpc = async (
  path: string,
  options: ConnectionOptions & { readonly signal: AbortSignal },
): Promise<RpcConnection> => {
  const { label, signal } = options
  signal.throwIfAborted()
  const socket = connect(path)
  const frames = createJsonFrames(options.maxAnswerBytes)
  const exchange = createExchange((text) => socket.write(text), options)
  const ended = Promise.withResolvers<RpcError>()
  const opened = Promise.withResolvers<void>()
  const end = (error: RpcError): void => {
    exchange.end(error)
    ended.resolve(error)
    opened.reject(error)
    socket.destroy()
  }
  const abort = (): void => end(new RpcError('RPC_CLOSED', `The connection to ${label} was given up.`))
  signal.addEventListener('abort', abort, { once: true })

  socket.on('connect', () => opened.resolve())
  socket.on('error', (error) => end(toRpcError(error, 'RPC_UNREACHABLE', label)))
  socket.on('close', () => end(new RpcError('RPC_CLOSED', `${label} closed the connection.`)))
  socket.on('data', (bytes: Buffer) => {
    try {
      for (const text of frames.push(bytes)) exchange.receive(text)
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
