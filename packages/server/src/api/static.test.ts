import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRecordingLogger } from '@netstats/sdk/testing'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { registerApi } from './api.ts'
import { contentSecurityPolicy } from '../net/security-headers.ts'
import { registerStatic } from './static.ts'
import { createCore } from '../shard/mod.ts'

const startSite = async (build: boolean) => {
  const folder = await mkdtemp(join(tmpdir(), 'netstats-site-'))
  const root = join(folder, 'dist')
  const write = async (path: string, text: string) => {
    await mkdir(join(root, 'assets'), { recursive: true })
    await writeFile(join(root, path), text)
  }
  if (build) {
    await write('index.html', '<title>app</title>')
    await write('icon.svg', '<svg/>')
    await write('assets/app-1a2b.js', 'let a')
  }
  await writeFile(join(folder, 'secret.txt'), 'secret')
  let clock = 0
  const app = Fastify({ routerOptions: { maxParamLength: 500 } })
  registerApi(app, {
    core: createCore(),
    version: '1',
    log: createRecordingLogger(),
    now: () => 0,
    monotonic: () => clock,
  })
  registerStatic(app, { root, monotonic: () => clock })
  await app.ready()
  return {
    app,
    write,
    pass: (ms: number) => (clock += ms),
    get: async (url: string) => app.inject({ url }),
    async [Symbol.asyncDispose]() {
      await app.close()
      await rm(folder, { recursive: true })
    },
  }
}

describe('the dashboard’s files', () => {
  it('go out compressed where they were built so and the browser takes it', async () => {
    await using site = await startSite(true)
    await site.write('assets/app-1a2b.js.br', 'packed')
    const ask = (encoding: string) =>
      site.app.inject({ url: '/assets/app-1a2b.js', headers: { 'accept-encoding': encoding } })
    const packed = await ask('gzip, br')
    expect([packed.body, packed.headers['content-encoding']]).toEqual(['packed', 'br'])
    expect(packed.headers['content-type']).toContain('javascript')
    expect((await ask('gzip')).body).toBe('let a')
  })

  it('name what they need by the way to the root of the server, wherever that is', async () => {
    await using site = await startSite(true)
    await site.write('index.html', '<link href="./mark.svg"><script src="./assets/a.js"></script>')
    expect((await site.get('/n/1/nodes/a%2Fb')).body).toBe(
      '<link href="../../../mark.svg"><script src="../../../assets/a.js"></script>',
    )
    expect((await site.get('/')).body).toContain('src="./assets/a.js"')
    const tag = String((await site.get('/')).headers['etag'])
    expect((await site.app.inject({ url: '/', headers: { 'if-none-match': tag } })).statusCode).toBe(304)
  })

  it('are served: hashed ones for ever, the page never from a cache without asking', async () => {
    await using site = await startSite(true)
    const asset = await site.get('/assets/app-1a2b.js')
    expect([asset.statusCode, asset.body]).toEqual([200, 'let a'])
    expect(asset.headers['content-type']).toContain('javascript')
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const page = await site.get('/')
    expect([page.statusCode, page.body]).toEqual([200, '<title>app</title>'])
    expect(page.headers['cache-control']).toBe('no-cache')
    expect((await site.get('/icon.svg')).headers['content-type']).toContain('image/svg')
  })

  it('answer a page for every deep link, also where a name looks like a file', async () => {
    await using site = await startSite(true)
    for (const path of ['/n/1337', '/n/1337/nodes/x', '/n/1337/nodes/node.example.com', '/n/1337/nodes/a%2Fb?x=1']) {
      const page = await site.get(path)
      expect([path, page.statusCode, page.body]).toEqual([path, 200, '<title>app</title>'])
    }
  })

  it('do not pretend that a missing asset or API route is a page', async () => {
    await using site = await startSite(true)
    expect((await site.get('/assets/gone.js')).statusCode).toBe(404)
    const api = await site.get('/api/v2/x')
    expect([api.statusCode, api.json<{ code: string }>().code]).toEqual([404, 'API_ROUTE_UNKNOWN'])
    expect((await site.get('/api/v1')).statusCode).toBe(200)
  })

  it('carry a strict policy', async () => {
    await using site = await startSite(true)
    for (const path of ['/', '/assets/app-1a2b.js', '/n/1']) {
      const { headers } = await site.get(path)
      expect(headers['content-security-policy']).toBe(contentSecurityPolicy)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    }
  })

  it('never leave their folder', async () => {
    await using site = await startSite(true)
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '//secret.txt',
    ]) {
      const response = await site.get(path)
      expect(response.body).not.toContain('secret')
      expect(response.statusCode).toBeLessThan(500)
    }
  })

  it('that are not built yet are told how, and appear once they are', async () => {
    await using site = await startSite(false)
    const missing = await site.get('/n/1337')
    expect(missing.statusCode).toBe(503)
    expect(missing.body).toContain('npm run build')
    await site.write('index.html', '<title>built</title>')
    site.pass(1000)
    expect((await site.get('/')).body).toBe('<title>built</title>')
    await site.write('assets/new-9z.js', 'let b')
    site.pass(1000)
    expect((await site.get('/assets/new-9z.js')).body).toBe('let b')
  })
})
