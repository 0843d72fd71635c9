/**
 * Long answers as they come: nothing is gathered, the client's speed is the store's speed. What breaks off half-way ends
 * the connection, so that no client takes a part for the whole; so does a client that takes nothing for too long.
 */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Logger } from '@netstats/sdk'

/** What a handler gives in place of a body where there may be gigabytes of it. */
export class Download {
  readonly contentType: string
  readonly fileName: string
  /** Its first chunk is there already: what can fail at the beginning has not. */
  readonly chunks: AsyncIterableIterator<Uint8Array>
  constructor(contentType: string, fileName: string, chunks: AsyncIterableIterator<Uint8Array>) {
    this.contentType = contentType
    this.fileName = fileName
    this.chunks = chunks
  }
}

export interface DownloadOptions {
  readonly log: Pick<Logger, 'error'>
  /** Milliseconds in which a client must take a chunk. */
  readonly stallMs: number
  readonly onStalled: () => void
}

export const sendDownload = (reply: FastifyReply, download: Download, options: DownloadOptions): FastifyReply => {
  const stalled = new Error('The client took nothing for too long.')
  const body = Readable.from(
    watched(download.chunks, options.stallMs, () => {
      options.onStalled()
      body.destroy(stalled)
    }),
    { objectMode: false },
  )
  body.on('error', (error) => {
    if (error !== stalled && !reply.raw.destroyed) {
      options.log.error({ error, path: reply.request.url.slice(0, 300) }, 'an export broke off')
    }
  })
  // A generator that was never read does not pass its end on: who leaves at once must still end the export.
  body.once('close', () => void download.chunks.return?.().catch(() => undefined))
  return reply
    .headers({
      'content-disposition': `attachment; filename="${download.fileName}"`,
      'cache-control': 'no-store',
    })
    .type(download.contentType)
    .send(body)
}

// A stream asks for more only when what it was given has gone out: the time until then is the client's.
const watched = async function* (chunks: AsyncIterable<Uint8Array>, stallMs: number, onStalled: () => void) {
  for await (const chunk of chunks) {
    const timer = setTimeout(onStalled, stallMs)
    try {
      yield chunk
    } finally {
      clearTimeout(timer)
    }
  }
}
