/**
 * Answers the requests of a connection one after the other. A client may send more before it has read an answer, and Node hands
 * on at once all that came in one piece, which may be a thousand: as many answers would be made, and would wait in memory for
 * somebody who reads none of them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

type Handle = (request: IncomingMessage, response: ServerResponse) => void

interface Waiting {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Browsers send none before they have an answer; who sends more than this is cut. */
const mostWaiting = 50

export const oneAtATime = (handle: Handle): Handle => {
  /** Of each connection that has an answer under way: what is to be answered next. */
  const lines = new WeakMap<object, Waiting[]>()

  const answer = ({ request, response }: Waiting): void => {
    const { socket } = request
    response.once('close', () => {
      const next = socket.destroyed ? undefined : lines.get(socket)?.shift()
      if (next === undefined) lines.delete(socket)
      else answer(next)
    })
    handle(request, response)
  }

  return (request, response) => {
    const { socket } = request
    // What came in one piece with what it was cut for.
    if (socket.destroyed) return
    const line = lines.get(socket)
    if (line === undefined) {
      lines.set(socket, [])
      answer({ request, response })
    } else if (line.length < mostWaiting) line.push({ request, response })
    else socket.destroy()
  }
}
