/** What is answered to who asks for the server by a name that is none of its own: a page for people, a problem for programs. */
import type { FastifyReply } from 'fastify'
import { Problem, sendProblem } from './problem.ts'
import type { WebFault } from './web-policy.ts'

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)

const page = (message: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Netstats: not a name of this server</title>
<h1>Not a name of this server</h1>
<p>${escaped(message)}</p>
<p>Then start the server again. By its address, such as <code>http://127.0.0.1:3000</code>, it can be reached meanwhile.</p>
</html>
`

export const sendWebFault = (reply: FastifyReply, { code, message }: WebFault): FastifyReply => {
  const wantsPage = (reply.request.headers.accept ?? '').includes('text/html')
  if (!wantsPage) return sendProblem(reply, new Problem(code, message))
  return reply.code(421).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page(message))
}
