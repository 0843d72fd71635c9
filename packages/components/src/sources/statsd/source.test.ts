/** By real sockets, on the clock of a test where time is what it is about. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { link, mkdtemp, rm, stat } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ListenAddress } from '@netstats/sdk/config'
import { configFor, createFakeClock, createTestContext, sourceContract } from '@netstats/sdk/testing'
import type { TestContextOptions } from '@netstats/sdk/testing'
import { describe, expect, it, vi } from 'vitest'
import { watch } from '../../test-support/watch.ts'
import { statsdConfig } from './config.ts'
import { openStatsdSource } from './source.ts'

const configOf = (more: Record<string, unknown> = {}) =>
  configFor({ config: statsdConfig }, { node: 'alpha', listen: '127.0.0.1:0', ...more })

const open = async (more: Record<string, unknown> = {}, options: TestContextOptions = {}) => {
  const context = createTestContext(options)
  const source = await openStatsdSource(configOf(more), context)
  return { context, source, port: (source.addresses.udp as ListenAddress | undefined)?.port ?? 0 }
}

const sendUdp = async (port: number, ...packets: readonly string[]): Promise<void> => {
  const socket = createSocket('udp4')
  for (const packet of packets)
    await new Promise<void>((resolve, reject) =>
      socket.send(packet, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error))),
    )
  await new Promise<void>((resolve) => socket.close(() => resolve()))
}

const connected = async (where: { port: number; host: string } | { path: string }): Promise<Socket> => {
  const socket = connect(where)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

describe('the source statsd', () => {
  it('takes the same by UDP, TCP and a Unix socket, and reports it as one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'netstats-statsd-'))
    const path = join(folder, 'statsd.sock')
    // One that was killed left its socket behind.
    const killed = createServer().listen(join(folder, 'other.sock'))
    await once(killed, 'listening')
    await link(join(folder, 'other.sock'), path)
    await new Promise((resolve) => killed.close(resolve))
    const { source, port } = await open({ socket: path, flushInterval: '1s' })
    {
      await using _source = source
      await using seen = watch(source)
      expect((await stat(path)).mode & 0o777).toBe(0o660)
      await sendUdp(port, 'x:1|c\ny:7|g|#a:b\n')
      const tcp = await connected({ port, host: '127.0.0.1' })
      tcp.end('x:2|c\nx:4|c')
      const unix = await connected({ path })
      unix.end('x:8|c\n')
      let sum = 0
      await seen.until('metric', ({ body }) => (body.name === 'statsd.x' ? (sum += body.value) === 15 : false))
      expect(seen.of('metric').find((one) => one.body.name === 'statsd.y')?.body).toEqual({
        name: 'statsd.y',
        value: 7,
        labels: { a: 'b' },
      })
    }
    await expect(stat(path)).rejects.toThrow('ENOENT')
    await rm(folder, { recursive: true })
  })

  it('turns events into logs and service checks into alarms, at once', async () => {
    const { source, port } = await open({ flushInterval: '10m' })
    await using _source = source
    await using seen = watch(source)
    await sendUdp(port, '_e{5,4}:title|text|t:warning|#a:b', '_sc|up|2|m:gone\n_sc|up|0')
    await seen.until('alarm', ({ body }) => body.step === 'cleared')
    await seen.until('log', ({ body }) => body.severity === 4 && body.message === 'title\ntext')
    expect(seen.of('alarm').map(({ body }) => [body.alarm, body.step, body.message])).toEqual([
      ['statsd.up', 'raised', 'gone'],
      ['statsd.up', 'cleared', 'up is ok'],
    ])
  })

  it('counts what is malformed, shows one of it, and goes on', async () => {
    const { source, port, context } = await open({ flushInterval: '1s' })
    await using _source = source
    await using seen = watch(source)
    await sendUdp(port, 'hello\nx:one|c\nx:1|q\ngood:1|c', 'good:1|g')
    await seen.until('metric', ({ body }) => body.name === 'statsd.good')
    await vi.waitUntil(() => context.counts['lines'] === 5, { timeout: 60_000 })
    expect(context.counts).toMatchObject({
      'malformed{reason=form}': 1,
      'malformed{reason=value}': 1,
      'malformed{reason=type}': 1,
      'malformed{reason=type-changed}': 1,
      packets: 2,
    })
    const shown = context.log.entries.filter(({ message }) => message === 'malformed data came in')
    expect(shown.map(({ fields }) => fields)).toEqual([
      { reason: 'form', address: '127.0.0.1', count: 1, sample: 'hello' },
    ])
  })

  it('flushes no more often than servers ask for, and loses nothing by it', async () => {
    const clock = createFakeClock()
    let paceMs = 0
    const { source, port } = await open({}, { clock, paceMs: () => paceMs })
    await using _source = source
    await using seen = watch(source)
    const values = (): readonly number[] => seen.of('metric').map(({ body }) => body.value)
    const tcp = await connected({ port, host: '127.0.0.1' })
    const send = async (line: string): Promise<void> => {
      const before = tcp.bytesWritten
      tcp.write(`${line}\n_e{1,0}:${line.slice(0, 1)}|\n`)
      const logs = seen.of('log').length
      await vi.waitUntil(() => tcp.bytesWritten > before && seen.of('log').length > logs, { timeout: 60_000 })
    }
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second++) {
        await clock.untilSleeping(2)
        await clock.advance(1000)
      }
    }
    await send('x:1|c')
    await pass(10)
    await vi.waitUntil(() => values().length === 1, { timeout: 60_000 })
    paceMs = 25_000
    await send('x:2|c')
    await pass(10)
    await send('x:4|c')
    await pass(20)
    await vi.waitUntil(() => values().length === 2, { timeout: 60_000 })
    expect(values()).toEqual([1, 6])
    tcp.destroy()
  })

  it('gives what was counted since the last flush when it ends', async () => {
    const { source, port, context } = await open({ flushInterval: '10m' })
    await using _source = source
    const stop = new AbortController()
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const given of source.observe({ signal: stop.signal })) seen.push(...[given].flat())
    })()
    await sendUdp(port, 'x:3|c')
    await vi.waitUntil(() => context.counts['lines'] === 1, { timeout: 60_000 })
    stop.abort()
    await reading
    expect(seen).toMatchObject([{ kind: 'metric', body: { name: 'statsd.x', value: 3 } }])
  })

  it('says who has the address, and can be opened when that one is gone', async () => {
    const first = await open()
    const taken = { listen: `127.0.0.1:${first.port}` }
    await expect(open(taken)).rejects.toMatchObject({ code: 'SOURCE_ADDRESS_IN_USE', retryable: true })
    await first.source[Symbol.asyncDispose]()
    const second = await open(taken)
    await second.source[Symbol.asyncDispose]()
  })

  it('takes nothing from addresses that may not send', async () => {
    const { source, port, context } = await open({ flushInterval: '1s', allow: ['10.0.0.0/8'] })
    await using _source = source
    await using _seen = watch(source)
    await sendUdp(port, 'x:1|c')
    const tcp = connect(port, '127.0.0.1')
    tcp.on('error', () => undefined)
    await once(tcp, 'close')
    await vi.waitUntil(() => context.counts['refused{reason=address}'] === 2, { timeout: 60_000 })
    expect(context.counts).not.toHaveProperty('lines')
  })

  it('gives up lines that are longer than they may be, and ends a connection that never ends its line', async () => {
    const clock = createFakeClock()
    const { source, port, context } = await open({}, { clock })
    await using _source = source
    await using seen = watch(source)
    const tcp = await connected({ port, host: '127.0.0.1' })
    tcp.write(`${'x'.repeat(70_000)}\n_e{2,0}:ok|\n${'y'.repeat(10)}`)
    // Only when all of it is there may time pass.
    await seen.until('log', ({ body }) => body.message === 'ok')
    const pass = async (): Promise<void> => {
      await clock.untilSleeping(2)
      await clock.advance(1000)
    }
    while (!tcp.closed) await pass()
    // What was begun is taken for a line all the same.
    expect(context.counts).toMatchObject({
      'malformed{reason=long}': 1,
      'malformed{reason=form}': 1,
      'refused{reason=slow}': 1,
    })
  })

  it('lets one address have its share of connections, and others theirs', async () => {
    const { source, port, context } = await open({ connections: 10, flushInterval: '1s' })
    await using _source = source
    await using seen = watch(source)
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connected({ port, host: '127.0.0.1' })))
    await vi.waitUntil(() => sockets.filter((one) => one.destroyed || one.readyState !== 'open').length === 18, {
      timeout: 60_000,
    })
    expect(sockets.filter((one) => one.readyState === 'open')).toHaveLength(2)
    const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
    other.end('x:1|c\n')
    await seen.until('metric', ({ body }) => body.name === 'statsd.x')
    await vi.waitUntil(() => context.counts['refused{reason=connections-of-address}'] === 18, { timeout: 60_000 })
    for (const one of [...sockets, other]) one.destroy()
  })
})

sourceContract('statsd', async () => {
  const { source, port } = await open({ flushInterval: '1s' })
  return {
    source,
    wake: () => sendUdp(port, `_e{1,1}:a|b\nx:${Math.random()}|g`),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
})
