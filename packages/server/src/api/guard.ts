/**
 * What stands before everything where nobody may look without a session: pages, files, REST, metrics, feed and classic
 * sockets. Left open are the login and what tells whether the server is well; agents have doors of their own.
 */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Access } from '../access/mod.ts'
import { isAllowedOrigin } from '../feed/feed.ts'
import type { Upgrade } from '../upgrades.ts'
import { loginFiles, loginPath } from './login/files.ts'
import { Problem, sendProblem } from './problem.ts'

/** Compared as they came: a path that is written in another way is not open, whatever it leads to. */
const open: ReadonlySet<string> = new Set([...Object.keys(loginFiles), '/healthz', '/readyz', '/api/v1/session'])

const wantsPage = ({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html')

/** To be called before any route is added, and after the hook that answers for the channels. */
export const registerGuard = (app: FastifyInstance, { doors }: Access): void => {
  for (const [path, { type, text }] of Object.entries(loginFiles)) {
    app.get(path, async (_, reply) => reply.header('cache-control', 'no-cache').type(type).send(text))
  }
  if (doors.anonymous !== undefined) return
  app.addHook('onRequest', async (request, reply) => {
    const [path = ''] = request.raw.url?.split('?') ?? []
    if (open.has(path) || doors.identify(request.raw) !== undefined) return
    if (wantsPage(request.raw) && !path.startsWith('/api/')) {
      return reply
        .header('cache-control', 'no-store')
        .redirect(`${loginPath}?next=${encodeURIComponent(request.raw.url ?? '/')}`, 303)
    }
    return sendProblem(reply, new Problem('API_LOGIN_REQUIRED', 'This server shows nothing without a login.'))
  })
}

const turnAway = (status: number, words: string): string =>
  `HTTP/1.1 ${status} ${words}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`

/** The same for sockets of readers. They end with the session that opened them. */
export const guardUpgrade =
  ({ doors }: Access, origins: readonly string[]) =>
  (upgrade: Upgrade): Upgrade =>
  (request, socket, head, address) => {
    if (doors.anonymous !== undefined) return upgrade(request, socket, head, address)
    const principal = doors.identify(request)
    if (principal === undefined) return void socket.end(turnAway(401, 'Unauthorized'), () => socket.destroy())
    // A browser sends the cookie along whatever page opens the socket.
    if (principal.via === 'session' && !isAllowedOrigin(request, origins)) {
      return void socket.end(turnAway(403, 'Forbidden'), () => socket.destroy())
    }
    const forget = doors.onEnd(principal, () => socket.destroy())
    socket.once('close', forget)
    upgrade(request, socket, head, address)
  }
