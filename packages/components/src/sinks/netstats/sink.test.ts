/** Against a server that runs the session of the protocol, over real sockets. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blockNumber, nodeId, unixMs } from '@netstats/protocol'
import type { Header, Observation } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import type { Batch, Clock, Delivery, Sink } from '@netstats/sdk'
import {
  configFor,
  createFakeClock,
  createTestContext,
  exampleBlock,
  exampleBlockObservation,
  exampleSpool,
  sinkContract,
} from '@netstats/sdk/testing'
import type { TestContextOptions } from '@netstats/sdk/testing'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { startNetstatsServer } from '../../test-support/netstats-server.ts'
import type { NetstatsServer } from '../../test-support/netstats-server.ts'
import { netstats } from './mod.ts'

const folder = mkdtempSync(join(tmpdir(), 'netstats-sink-'))
afterAll(() => rmSync(folder, { recursive: true }))
const node = nodeId('alpha')
const spool = '0123456789abcdef0123456789abcdef'
const info = { name: 'alpha', networkId: '1337' }
const never = new AbortController().signal

interface OpenOptions extends TestContextOptions {
  readonly clock?: Clock
  readonly config?: Record<string, unknown>
}
const open = async (server: NetstatsServer, { config = {}, ...options }: OpenOptions = {}) => {
  const context = createTestContext({ info, ...options })
  const parsed = configFor(netstats, { node: 'alpha', endpoint: server.url, ...config })
  return { context, sink: await netstats.open(parsed, context) }
}
const pending = (n: number, at: number = systemClock.now()): Observation => ({
  kind: 'pending',
  node,
  observedAt: unixMs(at),
  body: { pending: n },
})
/** Observations with the sequences `after + 1` and on. */
const batch = (after: number, ...observations: readonly Observation[]): Batch => ({
  spool,
  after,
  before: after,
  items: observations.map((observation, i) => ({ sequence: after + 1 + i, observation })),
  last: after + observations.length,
})
const deliver = (sink: Sink, one: Batch): Promise<Delivery> => sink.deliver(one, { signal: never })

/** As the shipper: again after the wait that was asked for, until it is settled. */
const settle = async (sink: Sink, whole: Batch): Promise<Delivery> => {
  for (;;) {
    const delivery = await deliver(sink, whole)
    if (delivery.status !== 'retry') return delivery
    await systemClock.sleep(Math.min(delivery.afterMs ?? 50, 50), { signal: never })
  }
}
const sequences = (server: NetstatsServer): readonly number[] => server.stored.map((one) => one.sequence)

describe('the netstats sink', () => {
  it('says who it is, and delivers what the server has stored', async () => {
    await using server = await startNetstatsServer({ token: 's3cret' })
    const { sink: opened, context } = await open(server, { config: { token: 's3cret', contact: 'me' } })
    await using sink = opened
    expect(await deliver(sink, batch(0, pending(1), pending(2)))).toEqual({ status: 'delivered' })
    expect(sequences(server)).toEqual([1, 2])
    expect(server.hellos).toMatchObject([
      { agent: 'alpha', node: 'alpha', spool, after: 0, token: 's3cret', info: { ...info, contact: 'me' } },
    ])
    expect(context.health).toContain('ok')
    expect(JSON.stringify(context.log.entries)).not.toContain('s3cret')
    expect(context.counts['logins']).toBe(1)
  })

  it('has no delivery settled before the store has committed', async () => {
    await using server = await startNetstatsServer()
    server.mood = 'slow'
    const { sink: opened } = await open(server)
    await using sink = opened
    let settled = false
    void deliver(sink, batch(0, pending(1))).then(() => (settled = true))
    await server.until(() => server.counts.text >= 3)
    await systemClock.sleep(100, { signal: never })
    expect(settled).toBe(false)
  })

  it('has as much under way as the server lets it, and no more', async () => {
    await using server = await startNetstatsServer({ window: 500, commitMs: 100 })
    const { sink: opened } = await open(server)
    await using sink = opened
    expect(sink.window).toBe(0)
    await deliver(sink, batch(0, pending(0)))
    expect(sink.window).toBe(500)
    const all = await Promise.all(Array.from({ length: 4 }, (_, i) => deliver(sink, batch(1 + i * 100, ...many(100)))))
    expect(all.every((one) => one.status === 'delivered')).toBe(true)
    server.credit(10)
    await vi.waitFor(() => expect(sink.window).toBe(10))
    await deliver(sink, batch(401, ...many(100)))
    expect(server.ended).toEqual([])
    expect(server.violations).toEqual([])
  })

  it('sends a block at once and lets the rest wait for company', async () => {
    await using server = await startNetstatsServer({ intervals: { reportMs: 5000, lingerMs: 60_000, pingMs: 10_000 } })
    const { sink: opened } = await open(server)
    await using sink = opened
    const first = deliver(sink, batch(0, pending(1)))
    const second = sink.deliver(batch(1, pending(2)), { signal: never })
    await server.until(() => server.counts.text >= 2)
    const block = { ...exampleBlockObservation(1, node), observedAt: systemClock.now() } as Observation
    const third = deliver(sink, batch(2, block))
    for (const one of [first, second, third]) expect(await one).toEqual({ status: 'delivered' })
    expect(sequences(server)).toEqual([1, 2, 3])
  })

  it('goes on after a cut where the server is, with nothing stored twice', async () => {
    await using server = await startNetstatsServer({ commitMs: 50 })
    const { sink: opened } = await open(server)
    await using sink = opened
    await deliver(sink, batch(0, pending(1)))
    const cutOff = deliver(sink, batch(1, ...many(20)))
    await server.until(() => server.counts.text >= 3)
    server.cut()
    expect(await cutOff).toMatchObject({ status: 'retry', reason: expect.any(String) })
    await server.until(() => server.stored.length >= 1)
    expect(await settle(sink, batch(1, ...many(20)))).toEqual({ status: 'delivered' })
    expect(sequences(server)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1))
    expect(server.violations).toEqual([])
    expect(server.hellos.at(-1)?.after).toBe(1)
  })

  it('sends again what the server was too busy for, without another login', async () => {
    await using server = await startNetstatsServer()
    server.mood = 'busy'
    const { sink: opened, context } = await open(server)
    await using sink = opened
    const delivering = deliver(sink, batch(0, ...many(5)))
    await vi.waitFor(() => expect(context.counts['resends{reason=busy}']).toBeGreaterThan(1))
    server.mood = 'well'
    expect(await delivering).toEqual({ status: 'delivered' })
    expect(server.hellos).toHaveLength(1)
    expect(sequences(server)).toEqual([1, 2, 3, 4, 5])
  })

  it('sends again what the server had taken and lost', async () => {
    await using server = await startNetstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    await deliver(sink, batch(0, pending(1)))
    server.mood = 'slow'
    const delivering = deliver(sink, batch(1, ...many(5)))
    await server.until(() => server.counts.text >= 3)
    await systemClock.sleep(50, { signal: never })
    server.mood = 'well'
    server.lose()
    expect(await delivering).toEqual({ status: 'delivered' })
    expect(sequences(server)).toEqual([1, 2, 3, 4, 5, 6])
    expect(server.violations).toEqual([])
  })

  it('sends nothing twice that comes again while the connection stands', async () => {
    await using server = await startNetstatsServer()
    server.mood = 'slow'
    const { sink: opened } = await open(server)
    await using sink = opened
    const abort = new AbortController()
    const called = sink.deliver(batch(0, ...many(5)), { signal: abort.signal })
    await server.until(() => server.counts.text >= 2)
    await systemClock.sleep(100, { signal: never })
    abort.abort()
    expect(await called).toMatchObject({ status: 'retry', reason: 'the server does not acknowledge' })
    const frames = server.counts.text
    void deliver(sink, batch(0, ...many(5)))
    await systemClock.sleep(100, { signal: never })
    expect(server.counts.text).toBe(frames)
  })

  it('tells what is so now beside a backlog, once a second and what is new of it', async () => {
    await using server = await startNetstatsServer()
    let latest: readonly Observation[] = [pending(7)]
    const { sink: opened } = await open(server, { latest: () => latest })
    await using sink = opened
    server.mood = 'slow'
    void deliver(sink, batch(0, pending(1, systemClock.now() - 3_600_000)))
    await server.until(() => server.nows.length === 1)
    latest = [pending(8), pending(7)]
    await server.until(() => server.nows.length === 3)
    expect(server.nows.map((one) => one.kind === 'pending' && one.body.pending)).toEqual([7, 8, 7])
  })

  it('tells nothing beside what is fresh', async () => {
    await using server = await startNetstatsServer()
    let n = 0
    const { sink: opened } = await open(server, { latest: () => [pending(n++)] })
    await using sink = opened
    server.mood = 'slow'
    void deliver(sink, batch(0, pending(1)))
    await systemClock.sleep(2500, { signal: never })
    // But for the first word, to a server that may have seen nothing of the node.
    expect(server.nows).toHaveLength(1)
  })

  it('answers for blocks, and says which are not there', async () => {
    await using server = await startNetstatsServer()
    const { sink: opened } = await open(server, { blocks: [1, 2, 3].map(exampleBlock) })
    await using sink = opened
    await deliver(sink, batch(0, pending(1)))
    const history = await server.ask({ what: 'history', numbers: [2, 3, 4] })
    expect(history.blocks.map((one) => one.body.number)).toEqual([2, 3])
    expect(history.missing).toEqual([4])
    const header = await server.ask({ what: 'header', number: blockNumber(1) })
    expect(header.blocks.map((one) => one.body.number)).toEqual([1])
  })

  it('answers for headers with their own kind, and says which are not there', async () => {
    await using server = await startNetstatsServer()
    const { number, hash, parentHash, timestamp } = exampleBlock(2)
    const miner = `0x${'ab'.repeat(20)}` as Header['miner']
    const amounts = { difficulty: '0x2', gasLimit: '0x1', gasUsed: '0x0', extraData: '0x' }
    const header: Header = { number, hash, parentHash, timestamp, miner, stateRoot: hash, ...amounts }
    const { sink: opened } = await open(server, { headers: [header] })
    await using sink = opened
    await deliver(sink, batch(0, pending(1)))
    const answer = await server.ask({ what: 'headers', numbers: [2, 3] })
    expect(answer).toEqual({ blocks: [], headers: [header], missing: [3] })
  })

  it('slows the sources down as the server says, and lets go when the connection is gone', async () => {
    await using server = await startNetstatsServer()
    const { sink: opened, context } = await open(server)
    await using sink = opened
    await deliver(sink, batch(0, pending(1)))
    server.intervals({ reportMs: 30_000, lingerMs: 20, pingMs: 2000 })
    await vi.waitFor(() => expect(context.paces.at(-1)).toBe(30_000))
    await server.away()
    await vi.waitFor(() => expect(context.paces).toEqual([5000, 30_000, 0]))
  })

  it('compresses long frames where the server lets it, and not where it was told not to', async () => {
    await using server = await startNetstatsServer()
    const { sink: opened, context } = await open(server)
    await using sink = opened
    await deliver(sink, batch(0, ...many(200)))
    expect(server.counts.binary).toBe(1)
    expect(context.counts['frames{how=deflated}']).toBe(1)
    await using plain = (await open(server, { config: { compress: 'off', agent: 'beta' } })).sink
    await deliver(plain, batch(0, ...many(200)))
    expect(server.counts.binary).toBe(1)
    expect(server.stored).toHaveLength(400)
  })

  it('proves its key and signs what it sends', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const keyFile = join(folder, 'key.pem')
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
    await using server = await startNetstatsServer({ key })
    const { sink: opened } = await open(server, { config: { keyFile } })
    await using sink = opened
    expect(await deliver(sink, batch(0, pending(1), pending(2)))).toEqual({ status: 'delivered' })
    expect(server.counts.faults).toEqual({})
    expect(server.hellos[0]?.key).toBe(key)
  })

  it('logs in again for the stream of another spool', async () => {
    await using server = await startNetstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    await deliver(sink, batch(0, pending(1)))
    const other = { ...batch(0, pending(2)), spool: 'f'.repeat(32) }
    expect(await settle(sink, other)).toEqual({ status: 'delivered' })
    expect(server.hellos.map((one) => one.spool)).toEqual([spool, other.spool])
  })

  it('gives up what the server has something else for, when it knows more of the spool than there is', async () => {
    await using server = await startNetstatsServer()
    const { sink: before } = await open(server)
    await deliver(before, batch(0, ...many(9)))
    await before[Symbol.asyncDispose]()
    const disowned: number[] = []
    const copy = { ...exampleSpool, id: spool, last: 4, disown: async (through: number) => disowned.push(through) }
    const { sink: opened } = await open(server, { spool: copy })
    await using sink = opened
    expect((await deliver(sink, batch(3, pending(4)))).status).toBe('retry')
    expect(disowned).toEqual([9])
  })

  it('comes back when a server that sent it away says so', async () => {
    await using server = await startNetstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    await deliver(sink, batch(0, pending(1)))
    server.drain('draining', 1500)
    await server.until(() => server.ended.length === 1)
    const retry = await deliver(sink, batch(1, pending(2)))
    expect(retry).toMatchObject({ status: 'retry', reason: expect.stringContaining('sent us away') })
    expect((retry as { afterMs: number }).afterMs).toBeGreaterThan(1000)
  })

  it('leaves a server alone for a minute that does not know its token, and says what to do', async () => {
    await using server = await startNetstatsServer({ token: 'another' })
    const clock = createFakeClock()
    const { sink: opened, context } = await open(server, { clock, config: { token: 's3cret' } })
    await using sink = opened
    const delivery = await deliver(sink, batch(0, pending(1)))
    expect(delivery).toMatchObject({ status: 'retry', reason: expect.stringContaining('check `token`') })
    expect((delivery as { afterMs: number }).afterMs).toBeGreaterThanOrEqual(60_000)
    await clock.untilSleeping()
    await clock.advance(59_999)
    expect(server.counts.connections).toBe(1)
    await clock.advance(1300)
    await server.until(() => server.hellos.length === 2)
    expect(context.health.join()).toContain('bad-token')
    expect(JSON.stringify([context.log.entries, context.health])).not.toContain('s3cret')
  })

  it('says once that another machine has a copy of its folder, and waits longer each time', async () => {
    await using server = await startNetstatsServer()
    server.refusal = { reason: 'cloned' }
    const clock = createFakeClock()
    const { sink: opened, context } = await open(server, { clock })
    await using sink = opened
    const first = (await deliver(sink, batch(0, pending(1)))) as { afterMs: number; reason: string }
    expect(first.reason).toContain('stop one of the two')
    // No growing wait comes on top, or two who take turns were not named within a minute.
    expect(first.afterMs).toBe(5000)
    await clock.untilSleeping()
    await clock.advance(7000)
    await server.until(() => server.hellos.length === 2)
    await server.until(() => server.ended.length === 2)
    expect(context.log.entries.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  it('waits as long as a server that is busy says', async () => {
    await using server = await startNetstatsServer()
    server.refusal = { reason: 'busy', retryMs: 7000 }
    const { sink: opened } = await open(server)
    await using sink = opened
    const delivery = await deliver(sink, batch(0, pending(1)))
    expect((delivery as { afterMs: number }).afterMs).toBeGreaterThan(7000)
    expect((delivery as { afterMs: number }).afterMs).toBeLessThan(8300)
  })

  it('is sent nowhere else by a server that is none of ours', async () => {
    await using server = await startNetstatsServer()
    const { sink: opened } = await open(server, { config: { endpoint: `${server.url}/elsewhere` } })
    await using sink = opened
    const delivery = await deliver(sink, batch(0, pending(1)))
    expect(delivery).toMatchObject({ status: 'retry', reason: expect.stringContaining('no Netstats server answers') })
  })
})

const many = (count: number): readonly Observation[] => Array.from({ length: count }, (_, i) => pending(i))

sinkContract('the netstats sink', async () => {
  const server = await startNetstatsServer()
  const { sink } = await open(server)
  return {
    sink,
    peer: async (mood) => {
      if (mood === 'away') return server.away()
      server.mood = mood === 'silent' ? 'mute' : 'well'
      if (mood === 'silent') server.freeze()
      await server.back()
    },
    [Symbol.asyncDispose]: async () => {
      await sink[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
})
