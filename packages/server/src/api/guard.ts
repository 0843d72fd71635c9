/**
 * What stands before everything where nobody may look without a session: pages, files, REST, metrics, feed and classic
 * sockets. Left open are the login and what tells whether the server is well; agents have their own channels.
 */
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Auth } from '../auth/mod.ts'
import type { Upgrade } from '../net/upgrades.ts'
import { rootFrom } from '../net/base-path.ts'
import type { WebGuard } from '../net/web-guard.ts'
import { loginFiles, loginPath } from './login/files.ts'
import { Problem, sendProblem } from '../net/problem.ts'

/** Compared as they came: a path that is written in another way is not open, whatever it leads to. */
const open: ReadonlySet<string> = new Set([...Object.keys(loginFiles), '/healthz', '/readyz', '/api/v1/session'])

const wantsPage = ({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html')

/** To be called before any route is added, and after the hook that answers for the channels. */
export const registerGuard = (
  app: FastifyInstance,
  { httpAuthenticator }: Auth,
  addressOf: (request: IncomingMessage) => string = ({ socket }) => socket.remoteAddress ?? '',
): void => {
  for (const [path, { type, text }] of Object.entries(loginFiles)) {
    app.get(path, async ({ raw }, reply) =>
      reply
        .header('cache-control', 'no-cache')
        .type(type)
        .send(text(rootFrom(raw.url ?? '/'))),
    )
  }
  if (httpAuthenticator.anonymous !== undefined) return
  app.addHook('onRequest', async (request, reply) => {
    const [path = ''] = request.raw.url?.split('?') ?? []
    if (open.has(path) || httpAuthenticator.identify(request.raw) !== undefined) return
    httpAuthenticator.noteBadToken(request.raw, addressOf(request.raw))
    if (wantsPage(request.raw) && !path.startsWith('/api/')) {
      return reply
        .header('cache-control', 'no-store')
        .redirect(`${rootFrom(path)}${loginPath.slice(1)}?next=${encodeURIComponent(request.raw.url ?? '/')}`, 303)
    }
    return sendProblem(reply, new Problem('API_LOGIN_REQUIRED', 'This server shows nothing without a login.'))
  })
}

const turnAway = (status: number, words: string): string =>
  `HTTP/1.1 ${status} ${words}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`

/** The same for sockets of readers. They end with the session that opened them. */
export const guardUpgrade =
  ({ httpAuthenticator }: Auth, web: WebGuard) =>
  (upgrade: Upgrade): Upgrade =>
  (request, socket, head, address) => {
    const principal = httpAuthenticator.identify(request)
    // Where everybody may look, a right that is none takes nothing away; one that there is ends its sockets all the same.
    if (httpAuthenticator.anonymous !== undefined) {
      if (principal !== undefined)
        socket.once(
          'close',
          httpAuthenticator.onEnd(principal, () => socket.destroy()),
        )
      return upgrade(request, socket, head, address)
    }
    if (principal === undefined) {
      httpAuthenticator.noteBadToken(request, address)
      return void socket.end(turnAway(401, 'Unauthorized'), () => socket.destroy())
    }
    // A browser sends the cookie along whatever page opens the socket.
    if (principal.via === 'session' && web.why(request, 'feed') !== undefined) {
      return void socket.end(turnAway(403, 'Forbidden'), () => socket.destroy())
    }
    const forget = httpAuthenticator.onEnd(principal, () => socket.destroy())
    socket.once('close', forget)
    upgrade(request, socket, head, address)
  }
