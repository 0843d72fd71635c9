import { WebSocket } from 'ws'
import { EthstatsError } from './errors.ts'

const handshakeMs = 5000
/** How long a server may take to say goodbye before the socket is cut. */
const goodbyeMs = 1000
/** What geth takes at most from a server. */
const maxFrameBytes = 15 * 1024 * 1024

export interface TlsOptions {
  readonly ca: string | undefined
  readonly rejectUnauthorized: boolean
}

/** Connects to the first URL that lets itself be connected to; throws what the last one said. */
export const connectFirst = async (
  urls: readonly string[],
  tls: TlsOptions,
  { signal }: { signal: AbortSignal },
): Promise<{ readonly socket: WebSocket; readonly url: string }> => {
  const reasons: string[] = []
  for (const url of urls) {
    try {
      return { socket: await connect(url, tls, signal), url }
    } catch (error) {
      signal.throwIfAborted()
      reasons.push(`${url}: ${error instanceof Error ? error.message || errorCode(error) : String(error)}`)
    }
  }
  throw new EthstatsError('ETHSTATS_UNREACHABLE', reasons.join('; '))
}

const errorCode = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.name

const connect = (url: string, tls: TlsOptions, signal: AbortSignal): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const options = {
      handshakeTimeout: handshakeMs,
      closeTimeout: goodbyeMs,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      rejectUnauthorized: tls.rejectUnauthorized,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    }
    const socket = new WebSocket(url, options)
    const abort = (): void => socket.terminate()
    const settled = (): void => {
      signal.removeEventListener('abort', abort)
      socket.off('open', onOpen)
      socket.off('error', onError)
    }
    const onOpen = (): void => {
      settled()
      resolve(socket)
    }
    const onError = (error: Error): void => {
      settled()
      // An error after the end, of a socket that was given up, has nobody left to tell.
      socket.on('error', () => undefined)
      reject(error)
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.on('open', onOpen)
    socket.on('error', onError)
  })
