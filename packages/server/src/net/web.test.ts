/** Pages of other sites, names that are none of ours, and prefixes, at a real server with and without workers. */
import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { helloFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'
import { channels } from './channels.ts'

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A request whose Host no client library sets. */
const ask = ({ server }: RunningServer, path: string, headers: Record<string, string>, method = 'GET'): Promise<Got> =>
  new Promise((resolve, reject) => {
    const { host, port } = server.address
    request({ host, port, path, method, headers: { connection: 'close', ...headers } }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
      .on('upgrade', (response, socket) => {
        socket.destroy()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: '' })
      })
      .on('error', reject)
      .end()
  })

const upgrade = (running: RunningServer, path: string, headers: Record<string, string>): Promise<Got> =>
  ask(running, path, {
    ...headers,
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  })

describe.each([0, 2])('with %i workers, the server', (workers) => {
  const start = (more: object = {}) => startServer({ workers, ...more })

  it('keeps pages of other sites out of every channel, and says so once in the log', async () => {
    await using running = await start()
    const origin = 'https://evil.example'
    for (let times = 0; times < 2; times++) {
      for (const channel of channels.filter((one) => one !== 'feed')) {
        const got = await upgrade(running, `/${channel}`, { origin })
        expect([channel, got.status]).toEqual([channel, 403])
        expect(JSON.parse(got.text)).toMatchObject({
          code: 'API_ORIGIN_REFUSED',
          detail: expect.stringContaining(origin),
        })
      }
      using feed = await running.connect('/feed', { headers: { origin } })
      expect(await feed.next(() => true)).toContain('FEED_ORIGIN_REFUSED')
      expect(await feed.closed).toBe(1008)
    }
    // What workers say comes when it comes, and each says it once.
    for (const channel of channels.filter((one) => workers === 0 || (one !== 'api' && one !== 'agent'))) {
      const lines = running.log.entries.filter(({ message }) => message.includes(`/${channel} refused`))
      expect([channel, lines.length]).toEqual([channel, 1])
      expect(lines[0]?.message).toContain('publicUrl')
    }
  })

  it('lets geth in, which names an origin of its own', async () => {
    await using running = await start()
    using geth = await running.connect('/api', { headers: { origin: 'http://localhost' } })
    geth.send(helloFrame('geth-1'))
    expect(await geth.next((text) => text.includes('ready'))).toContain('ready')
  })

  it('answers under its own names only, with the cure', async () => {
    await using running = await start({ hosts: ['stats.example.org'] })
    for (const path of ['/', '/api/v1/networks', '/metrics', '/login', '/n/1', '/assets/x.js', '/feed']) {
      const got = await ask(running, path, { host: 'evil.example:3000' })
      expect([path, got.status]).toEqual([path, 421])
      expect(got.text).toContain('hosts: [')
    }
    const page = await ask(running, '/', { host: '<b>.example', accept: 'text/html' })
    expect(page.headers['content-type']).toContain('text/html')
    expect(page.text).not.toContain('<b>.')
    expect((await upgrade(running, '/primus', { host: 'evil.example' })).status).toBe(421)
    // Programs that report are told nothing of names; balancers ask for health by any.
    expect((await upgrade(running, '/api', { host: 'what.ever' })).status).toBe(101)
    for (const path of ['/healthz', '/readyz'])
      expect((await ask(running, path, { host: 'evil.example' })).status).toBe(200)
    for (const host of ['stats.example.org:443', 'localhost', '127.0.0.1:1', '[::1]'])
      expect((await ask(running, '/api/v1/networks', { host })).status).toBe(200)
    expect(await running.metric('http_faults_total{reason="unknown-host"}')).toBeGreaterThanOrEqual(8)
  })

  it('believes of proxies only those it trusts', async () => {
    const headers = {
      host: '127.0.0.1:3000',
      origin: 'https://stats.example.org',
      'x-forwarded-host': 'stats.example.org, inner',
    }
    const hosts = ['stats.example.org']
    {
      await using running = await start({ hosts })
      expect((await upgrade(running, '/primus', headers)).status).toBe(403)
    }
    await using running = await start({ hosts, trustedProxies: ['127.0.0.0/8'] })
    expect((await upgrade(running, '/primus', headers)).status).toBe(101)
    expect((await ask(running, '/', { ...headers, 'x-forwarded-host': 'evil.example' })).status).toBe(421)
    const list = await ask(running, '/api/v1', { 'x-forwarded-prefix': '/some/prefix' })
    expect(list.text).toContain('"/some/prefix/api/v1/networks"')
  })

  it('tells of its health to anyone who asks by another name, and nothing else', async () => {
    await using running = await start()
    const told = async (host: string): Promise<unknown> => {
      const { status, text } = await ask(running, '/healthz', { host })
      return [status, Object.keys(JSON.parse(text) as object)]
    }
    expect(await told('evil.example')).toEqual([200, ['status']])
    expect(await told('localhost')).toEqual([200, expect.arrayContaining(['status', 'parts', 'server'])])
  })

  it('answers a balancer that asks as of HTTP/1.0 and names no host', async () => {
    await using running = await start()
    const { host, port } = running.server.address
    const socket = connect({ host, port })
    socket.write('GET /readyz HTTP/1.0\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('tells a page why it would not be let in', async () => {
    await using running = await start({ publicUrl: 'https://stats.example.org' })
    const why = async (origin: string): Promise<unknown> =>
      JSON.parse((await ask(running, `/api/v1/feed?origin=${encodeURIComponent(origin)}`, {})).text)
    expect(await why('https://stats.example.org')).toEqual({ allowed: true, reason: null })
    expect(await why('https://wall.example')).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('feed.origins'),
    })
  })

  it('tells an agent that was given the address of another channel', async () => {
    await using running = await start()
    for (const path of ['/api/agent', '/feed/agent', '/primus/agent']) {
      const got = await upgrade(running, path, { 'sec-websocket-protocol': 'netstats.v1' })
      expect([path, got.status, got.text]).toEqual([path, 404, expect.stringContaining('spoken on /agent')])
    }
  })

  it('lives below a prefix, whether a proxy takes it away or not', async () => {
    await using running = await start({ basePath: '/some/prefix' })
    for (const prefix of ['', '/some/prefix']) {
      expect((await ask(running, `${prefix}/api/v1/networks`, {})).status).toBe(200)
      for (const channel of channels) {
        const got = await upgrade(
          running,
          `${prefix}/${channel}`,
          channel === 'agent' ? { 'sec-websocket-protocol': 'netstats.v1' } : {},
        )
        expect([prefix, channel, got.status]).toEqual([prefix, channel, 101])
      }
    }
    const bare = await ask(running, '/some/prefix', {})
    expect([bare.status, bare.headers.location]).toEqual([308, 'prefix/'])
    const login = await ask(running, '/some/prefix/login/', {})
    expect(login.text).toContain('src="../login.js"')
    const about = JSON.parse((await ask(running, '/api/v1/openapi.json', {})).text) as { servers: unknown }
    expect(about.servers).toEqual([{ url: '/some/prefix/api/v1' }])
  })
})
