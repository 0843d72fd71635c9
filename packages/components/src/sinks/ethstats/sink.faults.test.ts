/** Servers that are unwell in ways a server can be, certificates, and what a server may ask for. Over real sockets. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeId } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import type { Batch, Delivery, Sink } from '@netstats/sdk'
import { configFor, createFakeClock, createTestContext, exampleBlock } from '@netstats/sdk/testing'
import type { FakeClock } from '@netstats/sdk/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEthstatsServer } from '../../test-support/ethstats-server.ts'
import { ethstats } from './mod.ts'

const node = nodeId('alpha')
const never = new AbortController().signal

const open = async (endpoint: string, more: Record<string, unknown> = {}, clock = systemClock) => {
  const blocks = Array.from({ length: 1200 }, (_, i) => exampleBlock(i + 1))
  const context = createTestContext({ clock, blocks })
  const sink = await ethstats.open(configFor(ethstats, { node, endpoint, secret: 's3cret', ...more }), context)
  return { context, sink }
}

let sequence = 0
const batch = (...observations: readonly Observation[]): Batch => ({
  spool: 's',
  after: 0,
  before: 0,
  items: observations.map((observation) => ({ sequence: ++sequence, observation })),
  last: sequence,
})
const start = (height = 1): Batch =>
  batch(
    { kind: 'node-info', node, observedAt: systemClock.now(), body: { name: 'alpha', networkId: '1337' } },
    { kind: 'block', node, observedAt: systemClock.now(), body: exampleBlock(height) },
  )

const deliver = (sink: Sink, what = start()): Promise<Delivery> => sink.deliver(what, { signal: never })

/** As the shipper: again and again, for so long by the fake clock. */
const keepTrying = async (sink: Sink, clock: FakeClock, forMs: number): Promise<number> => {
  const until = clock.monotonic() + forMs
  let attempts = 0
  while (clock.monotonic() < until) {
    const settled: Delivery[] = []
    void deliver(sink).then((one) => settled.push(one))
    while (settled.length === 0) {
      // Sockets need real turns of the event loop; the fake time moves on meanwhile, in small steps.
      await new Promise((resolve) => setImmediate(resolve))
      await clock.advance(20)
    }
    attempts++
    const [delivery] = settled
    if (delivery?.status === 'retry') await clock.advance(delivery.afterMs ?? 1000)
  }
  return attempts
}

describe('the ethstats sink, with a server that is unwell,', () => {
  it('does not spin where the server lets it in and closes right away', async () => {
    await using server = await startEthstatsServer()
    server.mood = 'fickle'
    const clock = createFakeClock({ start: systemClock.now() })
    const { sink: opened, context } = await open(server.url, {}, clock)
    await using sink = opened
    await keepTrying(sink, clock, 600_000)
    // With waits that grow to a quarter of a minute: some eighty in ten minutes; without any, thousands.
    expect(server.connections()).toBeGreaterThan(5)
    expect(server.connections()).toBeLessThan(150)
    expect(context.counts['connections_ended{how=lost}']).toBeGreaterThanOrEqual(server.connections() - 1)
  })

  it('comes back for ever to one that takes connections and never says a word', async () => {
    await using server = await startEthstatsServer()
    server.mood = 'mute'
    const clock = createFakeClock({ start: systemClock.now() })
    const { sink: opened, context } = await open(server.url, {}, clock)
    await using sink = opened
    await keepTrying(sink, clock, 600_000)
    expect(server.connections()).toBeGreaterThan(5)
    expect(server.connections()).toBeLessThan(40)
    expect(context.health).not.toContain('ok')
    expect(context.health.at(-1)).toContain('check that the address is that of an ethstats server')
  })

  it('gives up a connection to which nobody answers, not even with a handshake', async () => {
    const sockets: Socket[] = []
    const hole = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
    await new Promise<void>((resolve) => void hole.listen(0, '127.0.0.1', resolve))
    const { sink: opened, context } = await open(`ws://127.0.0.1:${(hole.address() as AddressInfo).port}`)
    await using sink = opened
    expect(await deliver(sink)).toMatchObject({ status: 'retry', reason: expect.stringContaining('handshake') })
    expect(context.counts['connections_ended{how=lost}']).toBe(1)
    for (const socket of sockets) socket.destroy()
    hole.close()
  })

  it('says of a port where nobody listens what to check', async () => {
    const { sink: opened } = await open('ws://127.0.0.1:1')
    await using sink = opened
    expect(await deliver(sink)).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('nobody listens there; check that the server runs'),
    })
  })

  it('says of a web server without ethstats that the path is wrong', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(`${server.url}/elsewhere`)
    await using sink = opened
    expect(await deliver(sink)).toMatchObject({ reason: expect.stringContaining('check host, port and path') })
  })
})

describe('the ethstats sink, over TLS,', () => {
  let folder = ''
  let ca = ''
  let tls = { cert: '', key: '' }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netstats-tls-'))
    ca = join(folder, 'cert.pem')
    const key = join(folder, 'key.pem')
    const make = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
    const name = ['-subj', '/CN=stats', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync('openssl', ['req', '-x509', ...make, ...name, '-keyout', key, '-out', ca], { stdio: 'pipe' })
    tls = { cert: readFileSync(ca, 'utf8'), key: readFileSync(key, 'utf8') }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('trusts a server whose authority is named, and nobody else', async () => {
    await using server = await startEthstatsServer('s3cret', { tls })
    const { sink: known } = await open(server.url, { tls: { ca } })
    await using trusting = known
    expect(await deliver(trusting)).toEqual({ status: 'delivered' })
    const { sink: unknown } = await open(server.url)
    await using wary = unknown
    expect(await deliver(wary)).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('name it as tls.ca to trust it'),
    })
    expect(server.of('hello')).toHaveLength(1)
    expect(server.violations).toEqual([])
  })

  it('takes TLS where the address names no scheme and the server speaks it', async () => {
    await using server = await startEthstatsServer('s3cret', { tls })
    const { sink: opened, context } = await open(`127.0.0.1:${server.port}`, { tls: { ca } })
    await using sink = opened
    expect(await deliver(sink)).toEqual({ status: 'delivered' })
    const line = context.log.entries.find((one) => one.message === 'logged in')
    expect(line?.fields['server']).toBe(`${server.url}/api`)
  })

  it('accepts any certificate only where it is told to', async () => {
    await using server = await startEthstatsServer('s3cret', { tls })
    const { sink: opened } = await open(server.url, { tls: { rejectUnauthorized: false } })
    await using sink = opened
    expect(await deliver(sink)).toEqual({ status: 'delivered' })
  })

  it('says that a server does not speak TLS', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(server.url.replace('ws:', 'wss:'))
    await using sink = opened
    expect(await deliver(sink)).toMatchObject({ reason: expect.stringContaining('does not speak TLS there') })
  })

  it('does not start with a certificate file that holds something else', async () => {
    await using server = await startEthstatsServer('s3cret', { tls })
    const { sink: opened } = await open(server.url, { tls: { ca: join(folder, 'key.pem') } })
    await using sink = opened
    expect((await deliver(sink)).status).toBe('retry')
    expect(server.of('hello')).toEqual([])
  })
})

describe('the ethstats sink, asked for history,', () => {
  const last50 = Array.from({ length: 50 }, (_, i) => 1100 - i)
  const requests: readonly (readonly [string, unknown, readonly number[]])[] = [
    ['a list', { max: 12, min: 10, list: [10, 11, 12] }, [12, 11, 10]],
    ['a list out of order and with repeats', { list: [11, 10, 11] }, [11, 10]],
    ['a list of texts', { max: 12, min: 11, list: ['11', '0xc'] }, [12, 11]],
    ['a list with things that are no numbers', { list: [null, 5, {}, 'x', -1, 1.5] }, [5]],
    ['1,000 numbers', { list: Array.from({ length: 1000 }, (_, i) => i + 1) }, last50.map((n) => n - 100)],
    ['a range', { max: 4, min: 2 }, [4, 3, 2]],
    ['a range as texts', { max: '4', min: '0x2' }, [4, 3, 2]],
    ['a range of millions', { max: 1000, min: 0 }, last50.map((n) => n - 100)],
    ['an empty list with a range', { max: 3, min: 2, list: [] }, [3, 2]],
    ['heights to come among others', { list: [1199, 1200, 1201, 99_999_999] }, [1200, 1199]],
    ['false', false, last50],
    ['null', null, last50],
    ['{}', {}, last50],
    ['an empty list', { list: [] }, last50],
    ['nulls, as a server without blocks', { max: null, min: null, list: [] }, last50],
    ['a range upside down', { max: 2, min: 4 }, last50],
    ['text', 'all', last50],
  ]
  it.each(requests)('answers %s', async (_, payload, expected) => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(server.url)
    await using sink = opened
    await deliver(sink, start(1100))
    server.push(JSON.stringify({ emit: ['history', payload] }))
    const answer = await server.until('history')
    expect(answer.payload.history.map((one) => one.number)).toEqual(expected)
    expect(server.violations).toEqual([])
  })

  it.each([
    ['heights to come', { list: [5000, 5001] }],
    ['heights beyond any chain', { max: Number.MAX_SAFE_INTEGER, min: Number.MAX_SAFE_INTEGER - 3 }],
  ])('leaves %s unanswered, for an empty list upsets some servers', async (_, payload) => {
    await using server = await startEthstatsServer()
    const { sink: opened, context } = await open(server.url)
    await using sink = opened
    await deliver(sink, start(1100))
    server.push(JSON.stringify({ emit: ['history', payload] }))
    server.push('"primus::ping::3"')
    await server.untilText('primus::pong::3')
    expect(context.counts['history_unanswered']).toBe(1)
    server.push(JSON.stringify({ emit: ['history', { list: [1] }] }))
    const answer = await server.until('history')
    expect(answer.payload.history.map((one) => one.number)).toEqual([1])
  })
})
