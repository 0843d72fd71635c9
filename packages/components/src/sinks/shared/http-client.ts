/** Requests to the HTTP endpoint of another system: never redirected, answers read to a bound, connections kept. */
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { TlsOptions } from './tls.ts'

export interface HttpRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Its first bytes. */
  readonly text: string
  /** The same, for answers that are no text. */
  readonly bytes?: Buffer
}

export interface HttpClient extends AsyncDisposable {
  /** POSTs and waits for the answer. Throws where there is none: no connection, cut, aborted. */
  post(request: HttpRequest, options: { signal: AbortSignal }): Promise<HttpAnswer>
}

/** A connection that was kept had been closed by the peer meanwhile, before it saw the request: that is no answer. */
class StaleConnection extends Error {}

/** An answer may say why; no more of it is read. */
const mostAnswerBytes = 64 * 1024

export const createHttpClient = (tls?: TlsOptions): HttpClient => {
  const trust = tls && { rejectUnauthorized: tls.rejectUnauthorized, ...(tls.ca === undefined ? {} : { ca: tls.ca }) }
  const plain = new HttpAgent({ keepAlive: true, maxSockets: 4 })
  const secure = new HttpsAgent({ keepAlive: true, maxSockets: 4, ...trust })

  const post = ({ url, headers, body }: HttpRequest, { signal }: { signal: AbortSignal }): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const isSecure = url.startsWith('https:')
      const options = { method: 'POST', signal, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }
      const sent = isSecure
        ? httpsRequest(url, { ...options, agent: secure })
        : httpRequest(url, { ...options, agent: plain })
      sent.once('error', (error) => {
        const isStale = sent.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
        reject(isStale ? new StaleConnection(error.message, { cause: error }) : error)
      })
      sent.once('response', (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        const end = (): void => {
          const all = Buffer.concat(chunks)
          const { statusCode: status = 0, headers } = response
          resolve({ status, headers, text: all.toString('utf8'), bytes: all })
        }
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes <= mostAnswerBytes) chunks.push(chunk)
          // The status says enough; a longer answer is not waited for.
          else {
            end()
            response.destroy()
          }
        })
        response.once('end', end)
        response.once('error', reject)
        response.once('close', () => reject(new Error('the answer was cut off')))
      })
      sent.end(body)
    })

  return {
    async post(request, options) {
      try {
        return await post(request, options)
      } catch (error) {
        if (!(error instanceof StaleConnection) || options.signal.aborted) throw error
        return post(request, options)
      }
    },
    [Symbol.asyncDispose]() {
      plain.destroy()
      secure.destroy()
      return Promise.resolve()
    },
  }
}
