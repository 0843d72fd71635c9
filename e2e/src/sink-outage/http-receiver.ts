import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { freePort } from '../support/processes.ts'

export interface HttpReceiver {
  readonly url: string
  leave(): Promise<void>
  comeBack(): Promise<void>
}

/** Takes what is posted; `take` has it before the answer goes out. */
export const openHttpReceiver = async (take: (body: string) => void): Promise<HttpReceiver> => {
  const port = await freePort()
  let server: Server | undefined
  const comeBack = async (): Promise<void> => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.once('end', () => {
        const raw = Buffer.concat(chunks)
        take((request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8'))
        response.writeHead(204).end()
      })
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await comeBack()
  return {
    url: `http://127.0.0.1:${port}`,
    comeBack,
    async leave() {
      const closing = server
      server = undefined
      if (closing === undefined) return
      closing.close()
      closing.closeAllConnections()
      await once(closing, 'close')
    },
  }
}
