import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { defineSink, encodeBody } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'

/** Lines of JSON over TCP; the peer answers each batch with a line. */
export const lines = defineSink({
  type: 'lines',
  summary: 'Sends observations as lines of JSON over TCP.',
  // One connection takes the observations of all nodes; without this line the sink is opened for each of them.
  nodes: 'all',
  config: z.strictObject({
    host: z.string().describe('Machine of the peer.'),
    port: z.int().min(1).max(65_535).describe('Port of the peer.'),
  }),
  async open({ host, port }) {
    let socket: Socket | undefined
    const open = (): Socket => {
      const opened = connect({ host, port })
      opened.on('error', () => undefined)
      // The peer may go at any time; the next delivery then begins with a new connection.
      opened.on('close', () => {
        if (socket === opened) socket = undefined
      })
      return opened
    }
    return {
      async deliver(batch, { signal }) {
        const done = new AbortController()
        const until = { signal: AbortSignal.any([signal, done.signal]) }
        const peer = (socket ??= open())
        try {
          const answered = once(peer, 'data', until).then(() => true)
          const lost = once(peer, 'close', until).then(() => false)
          peer.write(batch.items.map(({ observation }) => `${encodeBody(observation)}\n`).join(''))
          if (await Promise.race([answered, lost])) return { status: 'delivered' }
          return { status: 'retry', reason: 'the peer closed the connection' }
        } catch (error) {
          // Called off half way: what the peer has of it is not known, and its answer must not be taken for the next one's.
          peer.destroy()
          return { status: 'retry', reason: String(error) }
        } finally {
          done.abort()
        }
      },
      async [Symbol.asyncDispose]() {
        socket?.destroy()
      },
    }
  },
})
