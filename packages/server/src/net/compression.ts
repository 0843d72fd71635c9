/**
 * Compresses answers over HTTP. Fast settings: an answer is made for each request, and what they leave is a tenth. Files
 * are compressed when they are built. Left as they are: what holds a secret of the client, since its length would reveal something of
 * it, and exports, which are streamed as fast as they are taken.
 */
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import type { FastifyInstance } from 'fastify'

/** To be called before the routes that it is for. */
export const registerCompression = (app: FastifyInstance): void => {
  void app.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: 1400,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    zlibOptions: { level: 4 },
    // Requests are small, and one that inflates is nothing anybody needs.
    globalDecompression: false,
  })
}
