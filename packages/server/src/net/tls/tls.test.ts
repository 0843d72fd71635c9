import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { connect } from 'node:tls'
import { request } from 'node:https'
import { createFakeClock, createRecordingLogger } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createHealth } from '../../telemetry/health.ts'
import { startServer } from '../../testing.ts'
import { tls as tlsConfig } from './config.ts'
import { createIsSecure } from '../is-secure.ts'
import { openTls } from './open.ts'
import { makeCertificates } from './testing/certificates.ts'
import type { Certificates } from './testing/certificates.ts'

const day = 86_400_000

const open = async (files: Certificates, more: object = {}) => {
  const clock = createFakeClock({ start: Date.now() })
  const log = createRecordingLogger()
  const health = createHealth(() => clock.now())
  const config = tlsConfig.parse({ cert: files.cert, key: files.key, ...more })
  const tls = await openTls({ config, clock, log, health })
  // It has looked once and waits.
  await clock.untilSleeping()
  return {
    tls,
    clock,
    log,
    part: () => health.parts().find((one) => one.id === 'tls'),
    [Symbol.asyncDispose]: () => tls[Symbol.asyncDispose](),
  }
}

/** Name in the certificate that is shown on a port. */
const shownAt = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN as string)
      socket.end()
    })
    socket.on('error', reject)
  })

describe('TLS', () => {
  it('needs files that belong together, and names the one that does not, without what is in it', async () => {
    using one = makeCertificates('one')
    using other = makeCertificates('other')
    const opened = (cert: string, key: string) =>
      openTls({
        config: tlsConfig.parse({ cert, key }),
        clock: createFakeClock({ start: Date.now() }),
        log: createRecordingLogger(),
        health: createHealth(() => 0),
      })
    await expect(opened(one.cert, other.key)).rejects.toMatchObject({
      code: 'TLS_UNUSABLE',
      message: expect.stringContaining(`${other.key} is not the key of ${one.cert}`),
    })
    await expect(opened('/nowhere.pem', one.key)).rejects.toThrow('/nowhere.pem cannot be read (ENOENT)')
    const secret = readFileSync(one.key, 'utf8')
    one.spoil('key', `${secret.slice(0, 80)}\n`)
    const error: unknown = await opened(one.cert, one.key).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'TLS_UNUSABLE', message: expect.stringContaining('is not understood') })
    expect(`${(error as Error).stack}`).not.toContain(secret.slice(40, 70))
  })

  it('takes over a new certificate by itself, and tells who listens', async () => {
    using files = makeCertificates('before')
    await using opened = await open(files)
    const taken: unknown[] = []
    opened.tls.follow({ setSecureContext: ({ cert }) => taken.push(String(cert)) })
    files.renew('after')
    await opened.clock.advance(30_000)
    await opened.clock.until(() => opened.tls.reloads === 1)
    expect(taken).toEqual([readFileSync(files.cert, 'utf8')])
    expect(opened.log.entries).toEqual([
      { level: 'info', message: 'took over a new certificate', fields: expect.objectContaining({ cert: files.cert }) },
    ])
    expect(await opened.tls.reload()).toBe('same')
    expect(taken).toHaveLength(1)
  })

  it('keeps the old certificate where the new one is bad, says so once, and takes the next good one', async () => {
    using files = makeCertificates('before')
    await using opened = await open(files)
    const before = opened.tls.createTlsOptions()
    files.spoil('cert', 'this is no certificate')
    expect([await opened.tls.reload(), await opened.tls.reload()]).toEqual(['bad', 'bad'])
    expect(opened.tls.createTlsOptions()).toBe(before)
    expect(opened.part()).toMatchObject({ state: 'degraded', reason: expect.stringContaining('is not used') })
    // Everybody who may look reads it: the file is named, its folder is in the log.
    expect(opened.part()?.reason).toContain('…/cert.pem')
    expect(opened.part()?.reason).not.toContain(dirname(files.cert))
    expect(opened.log.entries.filter((one) => one.level === 'error')).toHaveLength(1)
    files.renew('after')
    expect(await opened.tls.reload()).toBe('changed')
    expect([opened.part()?.state, opened.tls.failures]).toEqual(['ok', 2])
  })

  it('warns fourteen days before the certificate expires, once, and says when it has', async () => {
    using files = makeCertificates('short', 30)
    await using opened = await open(files)
    expect(opened.part()?.state).toBe('ok')
    opened.clock.step(15 * day)
    await opened.tls.reload()
    expect(opened.part()?.state).toBe('ok')
    opened.clock.step(2 * day)
    await opened.tls.reload()
    await opened.tls.reload()
    expect(opened.part()).toMatchObject({ state: 'degraded', reason: expect.stringContaining('expires on') })
    opened.clock.step(20 * day)
    await opened.tls.reload()
    expect(opened.part()).toMatchObject({ state: 'failed', reason: expect.stringContaining('has expired') })
    expect(opened.log.entries.map((one) => one.level)).toEqual(['warn', 'error'])
    files.renew('fresh', 90)
    await opened.tls.reload()
    expect(opened.part()?.state).toBe('ok')
  })

  it('is spoken by the server, and its certificate changes while connections go on', async () => {
    using files = makeCertificates('before.example.org')
    await using running = await startServer({ tls: { cert: files.cert, key: files.key } })
    const { port } = running.server.address
    expect(running.server.url).toBe(`https://127.0.0.1:${port}`)
    expect(await shownAt(port)).toBe('before.example.org')
    using agent = await running.connect('/api', { rejectUnauthorized: false })
    files.renew('after.example.org')
    await running.server.reload()
    expect(await shownAt(port)).toBe('after.example.org')
    expect(agent.socket.readyState).toBe(1)
    agent.send('{"emit":["node-ping",{"clientTime":1}]}')
    files.spoil('key', 'nothing')
    await running.server.reload()
    expect(await shownAt(port)).toBe('after.example.org')
  })

  it('speaks no cipher whose text can be changed, and tells browsers to come back encrypted', async () => {
    using files = makeCertificates('one')
    await using running = await startServer({ tls: { cert: files.cert, key: files.key } })
    const { port } = running.server.address
    const old = { maxVersion: 'TLSv1.2', rejectUnauthorized: false, port, host: '127.0.0.1' } as const
    const spoken = (ciphers: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ ...old, ciphers }, () => {
          resolve(socket.getCipher().name)
          socket.end()
        })
        socket.on('error', () => resolve('refused'))
      })
    const refused = ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-ECDSA-AES256-SHA384']
    expect(await Promise.all(refused.map(spoken))).toEqual(refused.map(() => 'refused'))
    // The certificate's key decides between ECDSA and RSA.
    expect(await spoken('ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256')).toMatch(/-AES128-GCM-SHA256$/)
    const header = await new Promise((resolve, reject) => {
      const sent = request(`${running.server.url}/healthz`, { rejectUnauthorized: false }, (answer) => {
        answer.resume()
        resolve(answer.headers['strict-transport-security'])
      })
      sent.on('error', reject)
      sent.end()
    })
    expect(header).toBe('max-age=31536000')
    await using plain = await startServer()
    expect((await fetch(`${plain.server.url}/healthz`)).headers.has('strict-transport-security')).toBe(false)
  })

  it('makes the cookie of a session one that is only sent encrypted', async () => {
    using files = makeCertificates('one')
    await using running = await startServer({ tls: { cert: files.cert, key: files.key } })
    const who = { name: 'root', via: 'cli', address: '' } as const
    const body = { name: 'alice', password: 'correct horse battery' }
    await running.server.auth.admin.users.add(who, { ...body, role: 'viewer' })
    const cookie = await new Promise((resolve, reject) => {
      const sent = request(
        `${running.server.url}/api/v1/session`,
        { method: 'POST', rejectUnauthorized: false, headers: { 'content-type': 'application/json' } },
        (answer) => resolve(answer.headers['set-cookie']?.[0]),
      )
      sent.on('error', reject)
      sent.end(JSON.stringify(body))
    })
    expect(cookie).toMatch(/; Secure$/)
  })

  it('of a proxy counts where the proxy is trusted', () => {
    const isSecure = createIsSecure(['10.0.0.0/8'])
    const from = (remoteAddress: string, proto?: string) =>
      isSecure({ socket: { remoteAddress }, headers: { 'x-forwarded-proto': proto } } as never)
    expect([from('10.0.0.1', 'https'), from('::ffff:10.0.0.1', 'https')]).toEqual([true, true])
    expect([from('10.0.0.1', 'http'), from('10.0.0.1'), from('192.0.2.1', 'https')]).toEqual([false, false, false])
  })
})
