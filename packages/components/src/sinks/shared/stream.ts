/** A TCP or TLS connection that is only written to, opened when it is needed and again after it ended. */
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ListenAddress } from '@netstats/sdk/config'

export interface StreamOptions {
  readonly endpoint: ListenAddress
  /** Undefined: plain TCP. */
  readonly tls?: StreamTls | undefined
}

export interface StreamTls {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly rejectUnauthorized: boolean
}

export interface Stream extends AsyncDisposable {
  /**
   * Resolves when the kernel has taken the bytes. That is not yet the peer: what is on its way when the peer goes away is
   * lost. Throws where there is no connection, or it ended meanwhile.
   */
  write(bytes: Buffer, options: { signal: AbortSignal }): Promise<void>
}

const connectMs = 10_000

export const createStream = ({ endpoint, tls }: StreamOptions): Stream => {
  const { host, port } = endpoint
  let socket: Socket | undefined
  let isClosed = false

  const open = (signal: AbortSignal): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const opening = tls
        ? connectTls({ host, port, servername: /^[\d.:]+$/.test(host) ? '' : host, ...withoutAbsent(tls) })
        : connectTcp({ host, port })
      const limit = AbortSignal.any([signal, AbortSignal.timeout(connectMs)])
      const abort = (): void => void opening.destroy(new Error('no connection in time'))
      limit.addEventListener('abort', abort, { once: true })
      opening.setKeepAlive(true, 30_000)
      opening.setNoDelay(true)
      // What the peer says is not read for its own sake, but its end has to be noticed.
      opening.resume()
      opening.once('end', () => opening.destroy())
      opening.once('close', () => {
        limit.removeEventListener('abort', abort)
        if (socket === opening) socket = undefined
      })
      opening.once('error', reject)
      opening.once(tls ? 'secureConnect' : 'connect', () => {
        limit.removeEventListener('abort', abort)
        opening.on('error', () => undefined)
        resolve(opening)
      })
    })

  const send = (to: Socket, bytes: Buffer, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const abort = (): void => void to.destroy(new Error('called off'))
      const end = (error?: Error | null): void => {
        signal.removeEventListener('abort', abort)
        to.off('close', onClose)
        if (error) reject(error)
        else resolve()
      }
      const onClose = (): void => end(new Error('the peer closed the connection'))
      signal.addEventListener('abort', abort, { once: true })
      to.once('close', onClose)
      to.write(bytes, end)
    })

  return {
    async write(bytes, { signal }) {
      signal.throwIfAborted()
      if (isClosed) throw new Error('closed')
      const to = socket ?? (await open(signal))
      socket = to
      await send(to, bytes, signal)
    },
    [Symbol.asyncDispose]() {
      isClosed = true
      // What was written goes out before the end.
      socket?.end()
      socket?.unref()
      return Promise.resolve()
    },
  }
}

const withoutAbsent = <T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
