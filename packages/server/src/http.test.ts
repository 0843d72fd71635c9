import { describe, expect, it } from 'vitest'
import { wantedNetwork } from './classic/reader.ts'
import { channelOf } from './upgrades.ts'
import { startServer } from './testing.ts'

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

describe('requests that nothing answers', () => {
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
