/** A receiver of alarms that is away at times, and at times forgets to say that it has taken something. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Random } from '@netstats/protocol/testing/random'
import type { PostedStep } from './alarm-oracle.ts'

export interface AlarmReceiver extends AsyncDisposable {
  readonly url: string
  readonly posted: readonly PostedStep[]
  /** While it is not well it refuses what comes, or cuts the connection before or after it has taken it. */
  isWell: boolean
  /** Requests that it did not answer with 200. */
  readonly refused: number
}

export const startReceiver = async (random: Random): Promise<AlarmReceiver> => {
  const posted: PostedStep[] = []
  let refused = 0
  let isWell = true
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      const what = isWell ? 1 : random.next()
      if (what >= 0.3) posted.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as PostedStep)
      if (what >= 0.6) return void response.writeHead(200).end()
      refused++
      if (what < 0.15) response.writeHead(503).end()
      else request.socket.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`,
    posted,
    get isWell() {
      return isWell
    },
    set isWell(given) {
      isWell = given
    },
    get refused() {
      return refused
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
