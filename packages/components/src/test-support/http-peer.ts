/** An HTTP endpoint that remembers what was posted to it, and can be silent or away. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { PeerMood } from '@netstats/sdk/testing'

export interface Posted {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The body without compression by gzip. */
  readonly bytes: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface HttpPeer extends AsyncDisposable {
  readonly url: string
  readonly posted: readonly Posted[]
  mood(mood: PeerMood): Promise<void>
}

export const startHttpPeer = async (
  answer: (posted: Posted) => Answer = () => ({ status: 200 }),
): Promise<HttpPeer> => {
  const posted: Posted[] = []
  let mood: PeerMood = 'well'
  const take = async (request: IncomingMessage): Promise<Posted> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
    return { path: request.url ?? '', headers: request.headers, body: bytes.toString('utf8'), bytes }
  }
  const open = (): Server =>
    createServer((request, response) => {
      void take(request).then((one) => {
        if (mood === 'silent') return
        posted.push(one)
        const { status, headers, body } = answer(one)
        response.writeHead(status, headers).end(body)
      })
    })
  let server = open()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    url: `http://127.0.0.1:${port}`,
    posted,
    async mood(next) {
      mood = next
      if (next === 'away') return close()
      if (server.listening) return
      server = open()
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    [Symbol.asyncDispose]: close,
  }
}
