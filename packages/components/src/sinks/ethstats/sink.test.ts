/** Against a server as strict as those written in Go, over real sockets. */
import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import {
  configFor,
  createFakeClock,
  createTestContext,
  exampleBlock,
  exampleStats,
  sinkContract,
} from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import {
  batch,
  block,
  info,
  never,
  node,
  open,
  pending,
  settle,
  stats,
} from '../../test-support/ethstats-deliveries.ts'
import { startEthstatsServer } from '../../test-support/ethstats-server.ts'
import { ethstats } from './mod.ts'

describe('the ethstats sink', () => {
  it('logs in, reports in the order of geth, then sends what happens', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    expect(await settle(sink, batch(info(), block(1), pending(3), stats()))).toEqual({ status: 'delivered' })
    expect(await settle(sink, batch(block(2)))).toEqual({ status: 'delivered' })
    await server.until('block', (one) => one.payload.block.number === 2)
    expect(server.violations).toEqual([])
    expect(server.received.slice(0, 6).map((one) => one.event)).toEqual([
      'hello',
      'node-ping',
      'latency',
      'block',
      'pending',
      'stats',
    ])
    expect(server.of('block').map((one) => one.payload.block.number)).toEqual([1, 2])
    expect(server.of('hello')[0]?.payload).toMatchObject({
      id: 'alpha',
      secret: 's3cret',
      info: { name: 'alpha', node: 'Geth/v1.13.15', net: '1337', client: '0.1.1', canUpdateHistory: true },
    })
    expect(server.of('stats')[0]?.payload.stats).toMatchObject({ active: true, peers: 25, gasPrice: 1e18 })
  })

  it('asks for a retry while the server is away, and sends what is, not what was, when it is back', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened, context } = await open(server)
    await using sink = opened
    await settle(sink, batch(info(), block(1)))
    await server.until('block')
    await server.away()
    const later = batch(block(2), stats(unixMs(systemClock.now() - 120_000)), block(3))
    expect((await sink.deliver(later, { signal: never })).status).toBe('retry')
    await server.back()
    await settle(sink, later)
    await server.until('block', (one) => one.payload.block.number === 2)
    const again = server.received.filter((one) => one.connection === 2).map((one) => one.event)
    expect(again.slice(0, 3)).toEqual(['hello', 'node-ping', 'latency'])
    // Block 3 is in the report after the login, block 2 comes with the delivery.
    expect(new Set(server.of('block').map((one) => one.payload.block.number))).toEqual(new Set([1, 2, 3]))
    expect(server.of('stats')).toEqual([])
    expect(context.counts['skipped{kind=node-stats,reason=stale}']).toBe(1)
    expect(context.health).toContain('ok')
    expect(server.violations).toEqual([])
  })

  it('leaves a server alone for ten seconds that refuses the login, and never shows the secret', async () => {
    await using server = await startEthstatsServer('another')
    const clock = createFakeClock()
    const { sink: opened, context } = await open(server, { clock })
    await using sink = opened
    const delivery = await sink.deliver(batch(info(), block(1)), { signal: never })
    expect(delivery).toMatchObject({
      status: 'retry',
      reason: expect.stringContaining('refused the login; check the secret'),
    })
    expect((delivery as { afterMs: number }).afterMs).toBeGreaterThanOrEqual(10_000)
    await clock.untilSleeping()
    await clock.advance(9999)
    expect(server.connections()).toBe(1)
    await clock.advance(1100)
    await server.connected(2)
    expect(JSON.stringify(context.log.entries)).not.toContain('s3cret')
    expect(context.counts['connections_ended{how=refused}']).toBe(1)
  })

  it.each(['drop', 'mute'] as const)('takes a server that is %s at the login for one that refuses', async (mood) => {
    await using server = await startEthstatsServer()
    server.mood = mood
    const clock = createFakeClock()
    const { sink: opened, context } = await open(server, { clock })
    await using sink = opened
    const delivering = sink.deliver(batch(info(), block(1)), { signal: never })
    await server.until('hello')
    if (mood === 'mute') await clock.advance(10_000)
    const reason =
      mood === 'mute' ? 'did not answer the login' : '(1013: come back later); it may know another reporter'
    expect(await delivering).toMatchObject({ status: 'retry', reason: expect.stringContaining(reason) })
    if (mood === 'mute') await clock.settle()
    await clock.untilSleeping()
    expect(context.counts['connections_ended{how=refused}']).toBe(1)
  })

  it('gives a server up that leaves a ping unanswered for five seconds, and comes back', async () => {
    await using server = await startEthstatsServer()
    server.mood = 'no-pong'
    const clock = createFakeClock()
    const { sink: opened, context } = await open(server, { clock })
    await using sink = opened
    const delivering = sink.deliver(batch(info(), block(1)), { signal: never })
    await server.until('node-ping')
    await clock.advance(5000)
    expect(await delivering).toMatchObject({ status: 'retry' })
    expect(context.counts['connections_ended{how=lost}']).toBe(1)
    server.mood = 'well'
    await clock.advance(1000)
    await server.until('latency', (one) => one.connection === 2)
  })

  it('measures the latency every ten seconds, and so is never silent for fifteen', async () => {
    await using server = await startEthstatsServer()
    const clock = createFakeClock()
    const { sink: opened } = await open(server, { clock })
    await using sink = opened
    expect((await sink.deliver(batch(info(), block(1)), { signal: never })).status).toBe('delivered')
    // One at the login, one that proves the block.
    await server.until('latency', () => server.of('latency').length >= 2)
    for (let i = 3; i <= 6; i++) {
      await clock.untilSleeping()
      await clock.advance(10_000)
      await server.until('latency', () => server.of('latency').length >= i)
    }
    expect(server.of('node-ping')).toHaveLength(6)
    expect(server.connections()).toBe(1)
    expect(server.violations).toEqual([])
  })

  it('answers history: the list, a range, or the last blocks; descending, without gaps filled by null', async () => {
    await using server = await startEthstatsServer()
    const known = Array.from({ length: 60 }, (_, i) => exampleBlock(i + 1)).filter((one) => one.number !== 58)
    const { sink: opened } = await open(server, { blocks: known })
    await using sink = opened
    await settle(sink, batch(info(), block(60)))
    const ask = async (payload: unknown): Promise<readonly number[]> => {
      const before = server.of('history').length
      server.push(JSON.stringify({ emit: ['history', payload] }))
      await server.until('history', () => server.of('history').length > before)
      return server.of('history')[before]!.payload.history.map((one) => one.number)
    }
    expect(await ask({ max: 5, min: 3, list: [3, 4, 5] })).toEqual([5, 4, 3])
    expect(await ask({ max: 4, min: 2 })).toEqual([4, 3, 2])
    expect(await ask({ max: 999, min: 57, list: [57, 58, 59, 999] })).toEqual([59, 57])
    for (const odd of [false, null, {}]) {
      const last = await ask(odd)
      expect([last[0], last.at(-1), last.length]).toEqual([60, 11, 49])
    }
    expect(server.violations).toEqual([])
  })

  it('leaves a history request unanswered rather than send an empty list', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened, context } = await open(server)
    await using sink = opened
    await settle(sink, batch(info(), block(9)))
    server.push('{"emit":["history",{"max":2,"min":1,"list":[1,2]}]}')
    server.push('"primus::ping::1"')
    await server.untilText('primus::pong::1')
    expect(server.of('history')).toEqual([])
    expect(context.counts['history_unanswered']).toBe(1)
  })

  it('echoes primus pings, and lives through whatever else a server says', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    await settle(sink, batch(info(), block(1)))
    const odd = [
      '',
      '{',
      'null',
      '[]',
      '{"emit":[]}',
      '{"emit":["x",{"a":1}]}',
      '{"action":"y"}',
      '"primus::id::1"',
      '7',
    ]
    for (const text of odd) server.push(text)
    server.push('{"emit":["node-pong",{"clientTime":"never sent"}]}')
    server.push('"primus::ping::1700000000000"')
    await server.untilText('primus::pong::1700000000000')
    expect(server.connections()).toBe(1)
    expect(server.violations).toEqual([])
  })

  it('logs in again when the node is another one than before', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened, context } = await open(server)
    await using sink = opened
    await settle(sink, batch(info('Geth/v1'), block(6)))
    await settle(sink, batch(info('Geth/v1')))
    expect(server.connections()).toBe(1)
    // Nobody's trouble: it is delivered without a retry.
    expect(await sink.deliver(batch(info('Besu/v2'), block(7)), { signal: never })).toEqual({ status: 'delivered' })
    expect(context.health).toEqual(['ok', 'ok'])
    const second = await server.until('hello', (one) => one.connection === 2)
    expect(second.payload.info.node).toBe('Besu/v2')
    await server.until('block', (one) => one.payload.block.number === 7)
  })

  it('is let in under another name, with a contact, and without a secret', async () => {
    await using server = await startEthstatsServer('')
    const config = { id: 'Alpha of Ops', contact: 'ops@example.org', secret: undefined }
    const { sink: opened } = await open(server, { config })
    await using sink = opened
    await settle(sink, batch(info(), block(1), stats()))
    const { payload } = await server.until('hello')
    expect(payload).toMatchObject({ id: 'Alpha of Ops', secret: '', info: { contact: 'ops@example.org' } })
    expect((await server.until('stats')).payload.id).toBe('Alpha of Ops')
    expect(server.violations).toEqual([])
  })

  it('does not connect for what a server never hears of', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    const host: Observation = { kind: 'host', node, observedAt: systemClock.now(), body: { cpus: 2 } }
    const other: Observation = { ...stats(), node: nodeId('beta') }
    expect(await sink.deliver(batch(host, other), { signal: never })).toEqual({ status: 'delivered' })
    expect(server.connections()).toBe(0)
  })

  it('tries TLS first and plain text second where the address names no scheme', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened, context } = await open(server, { config: { endpoint: `127.0.0.1:${server.port}` } })
    await using sink = opened
    expect(await settle(sink, batch(info(), block(1)))).toEqual({ status: 'delivered' })
    expect(context.log.entries.find((one) => one.message === 'logged in')?.fields['server']).toBe(`${server.url}/api`)
  })

  it('says that a certificate file cannot be read', async () => {
    await using server = await startEthstatsServer()
    await expect(open(server, { config: { tls: { ca: '/nowhere/ca.pem' } } })).rejects.toMatchObject({
      code: 'ETHSTATS_CA_UNREADABLE',
    })
  })
})

sinkContract('ethstats', async () => {
  const server = await startEthstatsServer()
  // The suite's observations are of one moment; to the sink they are fresh.
  const moment = exampleStats(0).observedAt
  const context = createTestContext({ clock: { ...systemClock, now: () => unixMs(moment + 1000) } })
  let noticed = Promise.withResolvers<void>()
  const status = {
    ok: () => undefined,
    degraded: () => {
      noticed.resolve()
      noticed = Promise.withResolvers()
    },
  }
  const config = configFor(ethstats, { node: 'node-1', endpoint: server.url, secret: 's3cret' })
  const sink = await ethstats.open(config, { ...context, status })
  // Nothing is claimed or refused before the node is known.
  const nodeInfoGate = [info(), block(1, moment)].map((one) => ({ ...one, node: nodeId('node-1'), observedAt: moment }))
  await settle(sink, batch(...(nodeInfoGate as Observation[])))
  return {
    sink,
    peer: async (mood) => {
      if (mood === 'well') {
        server.mood = 'well'
        return server.back()
      }
      // Until a connection is seen to be gone the system takes what is sent, and there is no telling.
      const gone = noticed.promise
      server.mood = 'mute'
      if (mood === 'away') await server.away()
      else server.cut()
      await gone
    },
    [Symbol.asyncDispose]: async () => {
      await sink[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
})
