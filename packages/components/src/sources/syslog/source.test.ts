import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import type { ListenAddress } from '@netstats/sdk/config'
import { configFor, createTestContext, sourceContract } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { watch } from '../../test-support/watch.ts'
import { syslogConfig } from './config.ts'
import { openSyslogSource } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-syslog-'))
afterAll(() => rmSync(folder, { recursive: true }))
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
const makeCertificate = (): void => {
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', [...kind, ...name, '-keyout', key, '-out', cert], { stdio: 'pipe' })
}
makeCertificate()

const open = async (more: Record<string, unknown> = {}) => {
  const context = createTestContext()
  const options = configFor({ config: syslogConfig }, { node: 'alpha', listen: '127.0.0.1:0', ...more })
  const source = await openSyslogSource(options, context)
  const portOf = (transport: 'udp' | 'tcp' | 'tls'): number =>
    (source.addresses[transport] as ListenAddress | undefined)?.port ?? 0
  return { context, source, portOf }
}

const connected = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
const sendUdp = async (port: number, text: string): Promise<void> => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()))
  socket.close()
}
const counted = (text: string): string => `${Buffer.byteLength(text)} ${text}`
const tls = { listen: '127.0.0.1:0', cert, key }

describe('the source syslog', () => {
  it('takes lines by UDP, by TCP in both framings on one connection, and by TLS', async () => {
    const { source, portOf, context } = await open({ tls })
    await using _source = source
    await using seen = watch(source)
    expect(portOf('udp')).toBe(portOf('tcp'))
    await sendUdp(portOf('udp'), '<13>1 - host app - - [a b="c"] by udp')
    const tcp = await connected(portOf('tcp'))
    tcp.end(`<13>app: by line\n${counted('<13>app: by\noctets')}<13>app: another line\n<13>app: the last`)
    const secure = connectTls({ port: portOf('tls'), host: 'localhost', ca: readFileSync(cert) })
    await once(secure, 'secureConnect')
    secure.end(counted('<13>app: by tls'))
    const messages = ['by udp', 'by line', 'by\noctets', 'another line', 'the last', 'by tls']
    for (const message of messages) await seen.until('log', ({ body }) => body.message.startsWith(message.slice(0, 5)))
    await vi.waitUntil(() => seen.of('log').length === 6, { timeout: 60_000 })
    expect(
      seen
        .of('log')
        .map(({ body }) => body.message)
        .toSorted(),
    ).toEqual(messages.toSorted())
    expect(seen.of('log').find(({ body }) => body.message === 'by udp')?.body).toEqual({
      severity: 5,
      source: 'app',
      component: 'app',
      message: 'by udp',
      fields: { facility: 'user', hostname: 'host', address: '127.0.0.1', 'a.b': 'c' },
    })
    await vi.waitUntil(() => context.counts['lines{form=rfc3164}'] === 5, { timeout: 60_000 })
    expect(context.counts).toMatchObject({ 'lines{form=rfc5424}': 1, 'connections{transport=tls}': 1 })
  })

  it('wants a certificate of senders where there is a `ca`, and counts those that have none', async () => {
    const { source, portOf, context } = await open({ tls: { ...tls, ca: cert } })
    await using _source = source
    await using seen = watch(source)
    const stranger = connectTls({ port: portOf('tls'), host: 'localhost', ca: readFileSync(cert) })
    stranger.on('error', () => undefined)
    stranger.write('<13>app: stranger\n')
    await new Promise<void>((resolve) => stranger.once('close', () => resolve()))
    const known = connectTls({
      port: portOf('tls'),
      host: 'localhost',
      ca: readFileSync(cert),
      cert: readFileSync(cert),
      key: readFileSync(key),
    })
    known.end('<13>app: known\n')
    await seen.until('log', ({ body }) => body.message === 'known')
    await vi.waitUntil(() => context.counts['refused{reason=handshake}'] === 1, { timeout: 60_000 })
    expect(seen.of('log')).toHaveLength(1)
  })

  it('says which file of a certificate cannot be used', async () => {
    await expect(open({ tls: { ...tls, key: join(folder, 'none.pem') } })).rejects.toMatchObject({
      code: 'SOURCE_TLS_UNUSABLE',
      message: expect.stringContaining('none.pem'),
    })
    await expect(open({ tls: { ...tls, key: cert } })).rejects.toMatchObject({ code: 'SOURCE_TLS_UNUSABLE' })
  })

  it('slows a sender of TCP to what is read, and loses none of its lines', async () => {
    const { source, portOf } = await open()
    await using _source = source
    const tcp = await connected(portOf('tcp'))
    const count = 60_000
    // Nobody reads yet: more lines come than may wait.
    for (let i = 0; i < count; i++) tcp.write(`<13>app: ${i}\n`)
    tcp.end()
    await vi.waitUntil(() => tcp.bytesWritten > 0, { timeout: 60_000 })
    const stop = new AbortController()
    let next = 0
    for await (const given of source.observe({ signal: stop.signal })) {
      for (const one of given as readonly { body: { message: string } }[]) {
        expect(one.body.message).toBe(`${next}`)
        next++
      }
      if (next === count) stop.abort()
    }
    expect(next).toBe(count)
  })

  it('drops datagrams that find no room, counts them, and has room for another sender', async () => {
    const { source, portOf, context } = await open()
    await using _source = source
    const tcp = await connected(portOf('tcp'))
    // One sender fills its share while nobody reads.
    for (let i = 0; i < 12_000; i++) tcp.write(`<13>app: ${i}\n`)
    await vi.waitUntil(
      async () => {
        await sendUdp(portOf('udp'), '<13>app: flood')
        return context.log.entries.some(({ fields }) => fields['reason'] === 'full')
      },
      { timeout: 60_000 },
    )
    const other = createSocket('udp4')
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.2', () => resolve()))
    other.send('<13>app: other', portOf('udp'), '127.0.0.1')
    await using seen = watch(source)
    await seen.until('log', ({ body }) => body.message === 'other')
    other.close()
    tcp.destroy()
  })
})

sourceContract('syslog', async () => {
  const { source, portOf } = await open()
  return {
    source,
    wake: () => sendUdp(portOf('udp'), `<13>1 - host app - - - ${Math.random()}`),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
})
