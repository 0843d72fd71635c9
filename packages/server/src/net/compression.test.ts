import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { helloFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer } from '../testing.ts'

interface Got {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Without a client that unpacks by itself. */
const ask = ({ server }: RunningServer, path: string, encodings: string, method = 'GET'): Promise<Got> =>
  new Promise((resolve, reject) => {
    const { host, port } = server.address
    const headers = { 'accept-encoding': encodings, connection: 'close' }
    request({ host, port, path, method, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts) }))
    })
      .on('error', reject)
      .end()
  })

describe.each([0, 1])('with %i workers, what is told over HTTP', (workers) => {
  it('is compressed for who takes that, and the same', async () => {
    await using running = await startServer({ workers })
    for (const id of ['a', 'b', 'c', 'd']) {
      // Without answers to pings no round trip is measured, and the same answer is given every time.
      const agent = await running.connect('/api', { autoPong: false })
      agent.send(helloFrame(id))
      await agent.next((text) => text.includes('ready'))
    }
    for (const path of ['/api/v1/networks/1337/nodes', '/api/v1/openapi.json']) {
      const plain = await ask(running, path, 'identity')
      const brotli = await ask(running, path, 'gzip, deflate, br, zstd')
      const gzip = await ask(running, path, 'gzip')
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect([brotli.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual(['br', 'gzip'])
      expect(brotliDecompressSync(brotli.body).toString()).toBe(plain.body.toString())
      expect(gunzipSync(gzip.body).toString()).toBe(plain.body.toString())
      expect(brotli.body.length).toBeLessThan(plain.body.length / 2)
      for (const got of [plain, brotli, gzip]) expect(got.headers['vary']).toContain('ccept-')
      expect((await ask(running, path, 'br', 'HEAD')).body.length).toBe(0)
    }
    expect((await ask(running, '/metrics', 'br')).headers['content-encoding']).toBe('br')
  })

  it('is left as it is where it is small, or tells who asks', async () => {
    await using running = await startServer({ workers })
    for (const path of ['/healthz', '/api/v1/networks', '/api/v1/session'])
      expect((await ask(running, path, 'br')).headers['content-encoding']).toBeUndefined()
  })
})
