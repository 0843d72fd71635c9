/** The dashboard's built files. Every path that is no file belongs to the application, which reads it as a deep link. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { rootFrom } from '../net/base-path.ts'
import { isNamedBy, weakTag } from './etag.ts'
import { securityHeaders } from '../net/security-headers.ts'
import { Problem, sendProblem } from '../net/problem.ts'

export interface StaticOptions {
  /** Absolute path of `packages/dashboard/dist`. */
  readonly root: string
  /** Milliseconds that never step. */
  readonly monotonic: () => number
}

const missing = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Netstats: the dashboard is not built</title>
<h1>The dashboard is not built</h1>
<p>The server runs. Its web pages are missing; build them in the repository with</p>
<pre>npm run build</pre>
<p>and load this page again. Live data: <a href="/api/v1">/api/v1</a>.</p>
</html>
`

/** What the page names is relative to the root; from where it was asked for, that is some steps up. */
const pageBelow = (page: string, root: string): string => page.replaceAll(/(href|src)="\.\//g, `$1="${root}`)

const sendPage = (request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply => {
  const tag = weakTag(text)
  void reply.header('etag', tag)
  if (isNamedBy(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.type('text/html; charset=utf-8').send(text)
}

export const registerStatic = (app: FastifyInstance, options: StaticOptions): void => {
  const files = createFileList(options)
  void app.register(async (site) => {
    await site.register(fastifyStatic, {
      root: options.root,
      serve: false,
      preCompressed: true,
      cacheControl: false,
      suppressWarning: true,
    })
    site.addHook('onRequest', async (_, reply) => void reply.headers(securityHeaders))
    site.get('/*', async (request, reply) => {
      const path = (request.params as { '*': string })['*']
      if (path === 'api' || path.startsWith('api/')) {
        return sendProblem(reply, new Problem('API_ROUTE_UNKNOWN', '/api/v1/openapi.json describes what there is.'))
      }
      const isAsset = path.startsWith('assets/')
      if (path !== 'index.html' && (await files.has(path))) {
        // Names in assets/ carry a hash of their content: what such a name stands for never changes.
        const cache = isAsset ? 'public, max-age=31536000, immutable' : 'no-cache'
        return reply.header('cache-control', cache).sendFile(path)
      }
      if (isAsset) {
        return reply
          .code(404)
          .header('cache-control', 'no-store')
          .type('text/plain; charset=utf-8')
          .send('No such file.\n')
      }
      void reply.header('cache-control', 'no-cache')
      if (await files.has('index.html')) {
        const page = await readFile(join(options.root, 'index.html'), 'utf8')
        return sendPage(request, reply, pageBelow(page, rootFrom(request.raw.url ?? '/')))
      }
      return reply.code(503).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(missing)
    })
  })
}

// A build in place gives assets other names: an unknown name makes the list be read again, at most once a second.
const createFileList = ({ root, monotonic }: StaticOptions): { has(path: string): Promise<boolean> } => {
  let known = new Set<string>()
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  const read = async (): Promise<void> => {
    try {
      const entries = await readdir(root, { recursive: true, withFileTypes: true })
      known = new Set(
        entries
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
      )
    } catch {
      known = new Set()
    }
  }
  return {
    async has(path) {
      if (path === '' || known.has(path)) return path !== ''
      if (monotonic() - readAt >= 1000) {
        readAt = monotonic()
        reading = read()
      }
      await reading
      return known.has(path)
    },
  }
}
