import type { IncomingMessage } from 'node:http'
import { redactUrl } from '@netstats/sdk/config'
import { WebSocket } from 'ws'
import { explainAnswer, OtherAnswer } from './answers.ts'
import type { TlsOptions } from './tls.ts'

const handshakeMs = 5000
/** How long a server may take to say goodbye before the socket is cut. */
const goodbyeMs = 1000

export interface ConnectOptions {
  /** To try in this order. */
  readonly urls: readonly string[]
  readonly tls: TlsOptions
  /** For what stands in front of the server; never logged. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sub-protocol that the server has to choose. */
  readonly protocol?: string
  /** Longest frame taken from the server. */
  readonly maxFrameBytes: number
  /** Kind of server, in what is said when another one answers. */
  readonly kind: string
  /** What is thrown where none of them lets itself be connected to. */
  readonly unreachable: (message: string) => Error
}

/** Connects to the first URL that lets itself be connected to; throws what all of them said. */
export const connectFirst = async (
  options: ConnectOptions,
  { signal }: { signal: AbortSignal },
): Promise<{ readonly socket: WebSocket; readonly url: string }> => {
  const reasons: string[] = []
  for (const url of options.urls) {
    try {
      return { socket: await connect(url, options, signal), url }
    } catch (error) {
      signal.throwIfAborted()
      reasons.push(`${redactUrl(url)}: ${explain(error, url, options.kind)}`)
    }
  }
  throw options.unreachable(reasons.join('; '))
}

/** What an operator can do about it, by the error's code. */
const cures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; check that the server runs, and its port',
  ENOTFOUND: 'no such host; check the name',
  EAI_AGAIN: 'the name cannot be looked up now; check the DNS of this machine',
  EHOSTUNREACH: 'no way to that host; check network and firewall',
  ENETUNREACH: 'no way to that network; check network and firewall',
  ECONNRESET: 'the other end cut the connection; if it speaks TLS there, write wss://',
  EPROTO: 'the server does not speak TLS there; write ws:// if the secret may travel in plain text',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate signs itself; name it as tls.ca to trust it',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority of its own; name that as tls.ca to trust it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody trusted vouches for its certificate; name its authority as tls.ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nobody trusted vouches for its certificate; name its authority as tls.ca',
  CERT_HAS_EXPIRED: 'renew the certificate of the server, or check the clock of this machine',
  CERT_NOT_YET_VALID: 'check the clock of this machine',
  ERR_TLS_CERT_ALTNAME_INVALID: 'use the name that is in the certificate',
}

const explain = (error: unknown, url: string, kind: string): string => {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof OtherAnswer) return explainAnswer(error, url, kind)
  const { code = '' } = error as NodeJS.ErrnoException
  const words = error.message === '' || code === 'EPROTO' ? code || error.name : error.message
  const isOther = /^Server sent (no|an invalid) subprotocol/.test(error.message)
  const cure = isOther ? `no ${kind} server answers at this path; check host, port and path` : cures[code]
  // A long message, such as that of a wrong certificate with all its names, must not hide the cure.
  const short = words.length > 160 ? `${words.slice(0, 159)}…` : words
  return cure === undefined ? short : `${short} (${cure})`
}

const maxBodyBytes = 4096
const bodyMs = 1000

/** The beginning of an answer, which may say why; no more of it than that, and not for long. */
const readStart = (response: IncomingMessage): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    const timer = setTimeout(() => resolve(text), bodyMs)
    const end = (): void => {
      clearTimeout(timer)
      resolve(text.slice(0, maxBodyBytes))
    }
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.length >= maxBodyBytes) end()
    })
    response.once('end', end)
    response.once('error', end)
    response.once('close', end)
  })

const connect = (
  url: string,
  { tls, headers, protocol, maxFrameBytes }: ConnectOptions,
  signal: AbortSignal,
): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const options = {
      handshakeTimeout: handshakeMs,
      closeTimeout: goodbyeMs,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      ...(headers === undefined ? {} : { headers }),
      rejectUnauthorized: tls.rejectUnauthorized,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    }
    const socket = new WebSocket(url, protocol === undefined ? [] : [protocol], options)
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
    socket.once('unexpected-response', (request, response) => {
      void readStart(response).then((body) => {
        onError(new OtherAnswer(response, body))
        request.destroy()
        socket.terminate()
      })
    })
    signal.addEventListener('abort', abort, { once: true })
    socket.on('open', onOpen)
    socket.on('error', onError)
  })
