/** The browser's side of the feed: its WebSocket, and the reason where none can be opened. */
import { type Ask, queryOf } from '../rest/rest.ts'
import type { Socket, SocketListener } from './reconnector.ts'
import type { FeedRefusal } from './link.ts'

/** The browser's WebSocket as the client wants it: one listener, removed when this side closes. */
export function connectSocket(url: URL, listener: SocketListener): Socket {
  const socket = new WebSocket(url)
  const listening = new AbortController()
  const { signal } = listening
  socket.addEventListener('open', () => listener.opened(), { signal })
  socket.addEventListener('message', (event) => listener.received(event.data), { signal })
  // An error is always followed by a close.
  socket.addEventListener('close', () => listener.closed(), { signal })
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: () => {
      listening.abort()
      socket.close()
    },
  }
}

const notPassedOn =
  'The server answers, but a live connection does not get through: a proxy in between does not pass on WebSocket upgrades. For nginx: proxy_http_version 1.1, and proxy_set_header for Upgrade and Connection.'

/**
 * A browser does not tell a page why a WebSocket was refused, so the server is asked over HTTP. Undefined where that does not
 * answer either, or has no reason and `attempt` is the first: it may just have come back.
 */
export async function askWhy(ask: Ask, origin: string, attempt: number): Promise<FeedRefusal | undefined> {
  const answer = await ask(`/feed${queryOf({ origin })}`, AbortSignal.timeout(5000)).catch(() => undefined)
  if (!answer || (!answer.ok && answer.status === 0)) return undefined
  if (!answer.ok) return answer.status >= 500 ? undefined : { reason: answer.fault.message }
  const { allowed, reason } = answer.data as { readonly allowed: boolean; readonly reason: string | null }
  if (!allowed) return { reason: reason ?? 'The server refuses this page.' }
  return attempt < 2 ? undefined : { reason: notPassedOn }
}
