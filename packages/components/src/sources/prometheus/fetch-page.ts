/** Gets a page, bounded in size and time. Not by `fetch`: it takes less memory, and the page can be cut off at its limit. */
import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { createGunzip } from 'node:zlib'
import { pipeline } from 'node:stream'

const { request: requestHttp } = process.getBuiltinModule('node:http')

export interface Page {
  readonly text: string
  readonly isOpenMetrics: boolean
}

export interface PageOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
  readonly tls: { readonly ca: string | undefined; readonly rejectUnauthorized: boolean }
  readonly signal: AbortSignal
}

const accept =
  'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,text/plain;q=0.2,*/*;q=0.1'

export const fetchPage = async (url: URL, { headers, maxBytes, tls, signal }: PageOptions): Promise<Page> => {
  const options: RequestOptions & { ca?: string; rejectUnauthorized?: boolean } = {
    signal,
    headers: { ...headers, accept, 'accept-encoding': 'gzip' },
  }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing =
      url.protocol === 'https:'
        ? requestHttps(url, {
            ...options,
            rejectUnauthorized: tls.rejectUnauthorized,
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
          })
        : requestHttp(url, options)
    outgoing.on('response', resolve).on('error', reject).end()
  })
  try {
    if (response.statusCode !== 200) throw new Error(`it answered with HTTP ${response.statusCode ?? 0}`)
    const isOpenMetrics = (response.headers['content-type'] ?? '').startsWith('application/openmetrics-text')
    return { text: await bodyOf(response, maxBytes), isOpenMetrics }
  } finally {
    response.destroy()
  }
}

const bodyOf = async (response: IncomingMessage, maxBytes: number): Promise<string> => {
  const isPacked = response.headers['content-encoding'] === 'gzip'
  const body = isPacked ? pipeline(response, createGunzip(), () => undefined) : response
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of body as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > maxBytes) throw new Error(`its page has more than ${maxBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
