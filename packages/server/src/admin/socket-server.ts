/** A server's side of the admin socket. Only the user it runs as (and root) can reach it; there is no port. */
import { chmodSync } from 'node:fs'
import { lstat, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { ServerError } from '../lib/errors.ts'
import { endsWithin } from '../lib/with-timeout.ts'
import { findSocketPaths, isListening, openSocketPath } from '../net/unix-socket-path.ts'
import { createAdminApp } from './admin-app.ts'
import type { AdminAppOptions } from './admin-app.ts'

interface SocketServerOptions extends Omit<AdminAppOptions, 'signal'> {
  readonly data: string
}

/** Work under way is cancelled on dispose, and waited for: nobody asks the store any more when this is gone. */
export interface AdminSocket extends AsyncDisposable {
  readonly path: string
}

/** More would be a fault of the caller: an operator's command needs one. */
const maxConnections = 16
/** For work that was cancelled to end; the store cuts off what takes longer. */
const endWithinMs = 5000

export const openAdminSocket = async ({ data, ...options }: SocketServerOptions): Promise<AdminSocket> => {
  for (const path of await findSocketPaths(data)) await clear(path)
  await using opening = new AsyncDisposableStack()
  const { path } = opening.use(await openSocketPath(data))
  const closing = new AbortController()
  const { app, idle } = createAdminApp({ ...options, signal: closing.signal })
  app.server.maxConnections = maxConnections
  await app.ready()
  await listen(app.server, path)
  opening.defer(async () => {
    const message = 'The server is ending; ask again when it is back.'
    closing.abort(new ServerError('SERVER_ENDING', message, { retryable: true }))
    const closed = app.close()
    await endsWithin(Promise.all([idle(), closed]), endWithinMs)
    app.server.closeAllConnections()
    await closed
  })
  const opened = opening.move()
  return { path, [Symbol.asyncDispose]: () => opened.disposeAsync() }
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
  if (await isListening(path)) throw new ServerError('SERVER_ADMIN_TAKEN', `Another server listens on ${path}.`)
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isSocket()) {
    throw new ServerError('SERVER_ADMIN_TAKEN', `${path} is in the way of the admin socket; move it away.`)
  }
  await rm(path, { force: true })
}
