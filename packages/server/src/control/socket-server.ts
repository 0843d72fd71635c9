/** A server's side of the control socket. Only the user it runs as (and root) can reach it; there is no port. */
import { chmodSync } from 'node:fs'
import { lstat, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { Logger } from '@netstats/sdk'
import type { AccessAdmin } from '../access/operations.ts'
import { ServerError } from '../errors.ts'
import { createGate, handle } from './handle.ts'
import type { StoreAdmin } from './admin.ts'
import { findSocketPaths, openSocketPath } from './socket-path.ts'

interface ControlOptions {
  readonly data: string
  /** Asked at each request: throws `StoreError` while there is no store. */
  readonly admin: () => StoreAdmin
  /** Agents and users; without it those requests are not known. */
  readonly access?: AccessAdmin
  readonly log: Logger
}

/** Work under way is cancelled on dispose, and waited for: nobody asks the store any more when this is gone. */
export interface Control extends AsyncDisposable {
  readonly path: string
}

/** More would be a fault of the caller: an operator's command needs one. */
const maxConnections = 16
/** A request is small and comes from this machine. */
const requestTimeoutMs = 10_000
/** For work that was cancelled to end; the store cuts off what takes longer. */
const endWithinMs = 5000

export const openControl = async ({ data, admin, access, log }: ControlOptions): Promise<Control> => {
  for (const path of await findSocketPaths(data)) await clear(path)
  const place = await openSocketPath(data)
  const closing = new AbortController()
  const running = new Set<Promise<void>>()
  const gate = createGate()
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 1000 },
    (request, response) => {
      const done = handle(request, response, { admin, access, gate, signal: closing.signal, log })
      running.add(done)
      void done.finally(() => running.delete(done))
    },
  )
  server.maxConnections = maxConnections
  server.on('clientError', (_, socket) => socket.destroy())
  try {
    await listen(server, place.path)
  } catch (error) {
    await place[Symbol.asyncDispose]()
    throw error
  }
  const close = async (): Promise<void> => {
    closing.abort(
      new ServerError('SERVER_ENDING', 'The server is ending; ask again when it is back.', { retryable: true }),
    )
    const closed = new Promise((resolve) => server.close(resolve))
    const enough = AbortSignal.timeout(endWithinMs)
    const late = new Promise((resolve) => enough.addEventListener('abort', resolve))
    await Promise.race([Promise.allSettled(running), late])
    server.closeAllConnections()
    await closed
    await place[Symbol.asyncDispose]()
  }
  let closed: Promise<void> | undefined
  return { path: place.path, [Symbol.asyncDispose]: () => (closed ??= close()) }
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      server.on('error', () => undefined)
      resolve()
    })
    // The socket is bound by now; before the event loop goes round nobody is let in.
    if (!path.startsWith('\\\\')) {
      try {
        chmodSync(path, 0o600)
      } catch {
        // It could not be bound: the error event says why.
      }
    }
  })

/** What a killed server left is removed; a server that lives, and anything that is no socket, is left alone. */
const clear = async (path: string): Promise<void> => {
  if (await answers(path)) {
    throw new ServerError('SERVER_CONTROL_TAKEN', `Another server listens on ${path}.`)
  }
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isSocket()) {
    throw new ServerError('SERVER_CONTROL_TAKEN', `${path} is in the way of the control socket; move it away.`)
  }
  await rm(path, { force: true })
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.destroy())
  })
