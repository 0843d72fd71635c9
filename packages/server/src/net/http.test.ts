import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { subProtocol } from '@netstats/protocol/netstats'
import { describe, expect, it } from 'vitest'
import { wantedNetwork } from '../classic/classic-viewer.ts'
import { channelOf, channels } from './channels.ts'
import { startServer } from '../testing.ts'

describe('channels', () => {
  it('are found by prefix where classic servers do it, and by name for the feed', () => {
    expect(['/api', '/api/', '/apixyz', '/api/v1/networks'].map(channelOf)).toEqual(['api', 'api', 'api', 'api'])
    expect(['/primus', '/primus/1337', '/external/'].map(channelOf)).toEqual(['primus', 'primus', 'external'])
    expect(['/feed', '/feed/', '/feedback'].map(channelOf)).toEqual(['feed', 'feed', undefined])
    expect(['/', '/Api', '/assets/api.js', '//api', ''].map(channelOf)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('name a network by query or by path', () => {
    expect(wantedNetwork('/primus/?network=1337-abc&_primuscb=1')).toBe('1337-abc')
    expect(wantedNetwork('/primus/1337/?_primuscb=1')).toBe('1337')
    expect(['/primus', '/primus/', '/primus/?_primuscb=1', undefined, '//'].map(wantedNetwork)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
    expect(wantedNetwork(`/primus/${'x'.repeat(5000)}`)).toHaveLength(200)
  })
})

describe('compression', () => {
  it('is not spoken on any channel, whatever a client offers: nothing is inflated that nobody budgets', async () => {
    await using running = await startServer()
    for (const channel of channels) {
      const protocols = channel === 'agent' ? { protocols: [subProtocol] } : {}
      using peer = await running.connect(`/${channel}`, { perMessageDeflate: true, ...protocols })
      expect([channel, peer.socket.extensions]).toEqual([channel, ''])
    }
  })

  it('of a body is refused before it is looked at', async () => {
    await using running = await startServer()
    const body = gzipSync(JSON.stringify({ name: 'x'.repeat(1 << 20), password: 'y' }))
    for (const path of ['/api/v1/session', '/api/v1/admin/agents', '/nowhere']) {
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
      const answer = await running.get(path, { method: 'POST', headers, body })
      expect([path, answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([
        path,
        415,
        'API_BODY_TYPE',
      ])
    }
  })
})

describe('requests that nothing answers', () => {
  it('are answered before a body has come that is larger than any that is read', async () => {
    await using running = await startServer()
    const { host, port } = running.server.address
    const socket = connect({ host, port }).on('error', () => undefined)
    const headers = 'Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 20000'
    socket.write(`POST /nowhere HTTP/1.1\r\n${headers}\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 405 /)
  })

  it('are told so as problems, each with careful headers', async () => {
    await using running = await startServer()
    const ask = async (path: string, method = 'GET') => {
      const response = await fetch(running.server.url + path, { method })
      const { code } = JSON.parse((await response.text()) || '{}') as { code?: string }
      expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
      return [response.status, code, response.headers.get('allow')]
    }
    const refused = [405, 'API_METHOD_UNKNOWN', 'GET, HEAD']
    for (const path of ['/', '/metrics', '/healthz', '/readyz', '/nodes/x', '/api/v1/networks']) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        expect([path, method, ...(await ask(path, method))]).toEqual([path, method, ...refused])
      }
    }
    for (const path of ['/%zz', '/api/v1/%zz', '/api/v1/networks/%E0%A4%A']) {
      expect(await ask(path)).toEqual([400, 'API_URL_INVALID', null])
    }
    expect(await ask('/api/v1/nothing')).toEqual([404, 'API_ROUTE_UNKNOWN', null])
  })

  it('answers HEAD like GET, without the body', async () => {
    await using running = await startServer()
    for (const path of [
      '/',
      '/metrics',
      '/healthz',
      '/readyz',
      '/api/v1',
      '/api/v1/networks',
      '/api/v1/openapi.json',
    ]) {
      const response = await fetch(running.server.url + path, { method: 'HEAD' })
      expect([path, response.status, await response.text()]).toEqual([path, path === '/' ? response.status : 200, ''])
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
  })
})
