import { connect } from 'node:net'
import { isIpcPath } from '@netstats/sdk/config'

/**
 * One JSON-RPC call over http, ws or an IPC socket, with a connection of its own: enough to ask who is there. Rejects where
 * nobody answers in time or the answer is an error.
 */
export const rpcCall = async (
  endpoint: string,
  method: string,
  params: readonly unknown[],
  { signal }: { signal: AbortSignal },
): Promise<unknown> => {
  const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  if (isIpcPath(endpoint)) return resultOf(await overSocket(endpoint, request, signal))
  if (endpoint.startsWith('ws')) return resultOf(await overWebSocket(endpoint, request, signal))
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: request,
    signal,
  })
  return resultOf(await response.text())
}

const maxAnswer = 1024 * 1024

const resultOf = (text: string): unknown => {
  if (text.length > maxAnswer) throw new Error('the answer is too long')
  const answer = JSON.parse(text) as { result?: unknown; error?: unknown } | null
  if (typeof answer !== 'object' || answer === null || !('result' in answer)) {
    throw new Error(`no result: ${JSON.stringify(answer?.error ?? 'not JSON-RPC').slice(0, 200)}`)
  }
  return answer.result
}

const overWebSocket = (url: string, request: string, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    const end = (): void => socket.close()
    signal.addEventListener('abort', () => (reject(new Error('no answer in time')), end()), { once: true })
    socket.addEventListener('open', () => socket.send(request))
    socket.addEventListener('message', (event) => (resolve(String(event.data)), end()))
    socket.addEventListener('error', () => reject(new Error('no connection')))
    socket.addEventListener('close', () => reject(new Error('closed without an answer')))
  })

const overSocket = (path: string, request: string, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const socket = connect({ path })
    signal.addEventListener('abort', () => socket.destroy(new Error('no answer in time')), { once: true })
    socket.on('connect', () => socket.write(request))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed without an answer')))
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.length > maxAnswer) socket.destroy(new Error('the answer is too long'))
      // Clients end an answer with a newline or not at all; it is whole when it parses.
      if (!isJson(text)) return
      resolve(text)
      socket.destroy()
    })
  })

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
