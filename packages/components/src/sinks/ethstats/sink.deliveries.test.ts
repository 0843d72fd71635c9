/** Against a server as strict as those written in Go, over real sockets. */
import { unixMs } from '@netstats/protocol'
import type { NodeInfo } from '@netstats/protocol'
import { systemClock } from '@netstats/sdk'
import { configFor, createFakeClock, createTestContext, exampleBlock } from '@netstats/sdk/testing'
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

describe('what the ethstats sink makes of deliveries', () => {
  it('works through a backlog without flooding: old blocks are passed over, the newest come as one history', async () => {
    await using server = await startEthstatsServer()
    const chain = Array.from({ length: 500 }, (_, i) => exampleBlock(i + 1))
    const { sink: opened } = await open(server, { blocks: chain })
    await using sink = opened
    await settle(sink, batch(info()))
    const hours = systemClock.now() - 3 * 3_600_000
    for (let from = 1; from < 500; from += 100) {
      const old = Array.from({ length: 100 }, (_, i) => block(Math.min(from + i, 499), unixMs(hours + from * 1000)))
      expect(await settle(sink, batch(...old))).toEqual({ status: 'delivered' })
    }
    expect(server.of('block')).toEqual([])
    await settle(sink, batch(block(500), stats()))
    const { payload } = await server.until('history')
    expect(payload.history.map((one) => one.number)).toEqual(Array.from({ length: 50 }, (_, i) => 500 - i))
    expect(server.of('block').map((one) => one.payload.block.number)).toEqual([500])
    expect(server.violations).toEqual([])
  })

  it('waits with the first login until the node has said which network it is on, but not for ever', async () => {
    await using server = await startEthstatsServer()
    const clock = createFakeClock({ start: systemClock.now() })
    const { sink: opened, context } = await open(server, { clock })
    await using sink = opened
    const early = () =>
      batch({ kind: 'node-info', node, observedAt: clock.now(), body: { name: 'alpha' } }, stats(clock.now()))
    expect(await sink.deliver(early(), { signal: never })).toEqual({ status: 'delivered' })
    await clock.advance(19_999)
    expect(await sink.deliver(early(), { signal: never })).toEqual({ status: 'delivered' })
    expect(server.connections()).toBe(0)
    await clock.advance(1)
    await sink.deliver(early(), { signal: never })
    expect(server.of('hello')[0]?.payload.info.net).toBe('0')
    // What was known before the login is in the report after it.
    expect((await server.until('stats')).payload.stats.peers).toBe(25)
    expect(context.health).toEqual(['ok'])
  })

  it('holds a block back until the node is introduced, and asks the host who it is', async () => {
    await using server = await startEthstatsServer()
    const clock = createFakeClock({ start: systemClock.now() })
    const context = createTestContext({ clock })
    let known: NodeInfo | undefined
    const config = configFor(ethstats, { node: 'alpha', endpoint: server.url, secret: 's3cret' })
    await using sink = await ethstats.open(config, { ...context, info: () => known })
    const delivering = sink.deliver(batch(block(1)), { signal: never })
    await clock.advance(5000)
    expect(server.connections()).toBe(0)
    known = { name: 'alpha', client: 'Geth/v1.13.15', networkId: '1337' }
    await clock.advance(100)
    expect(await delivering).toEqual({ status: 'delivered' })
    expect(server.of('hello')[0]?.payload.info).toMatchObject({ node: 'Geth/v1.13.15', net: '1337' })
  })

  it('gathers what the first report tells: head, pending, state, in the order of geth', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    for (const one of [info(), stats(), pending(3)])
      expect(await sink.deliver(batch(one), { signal: never })).toEqual({ status: 'delivered' })
    expect(server.connections()).toBe(0)
    await settle(sink, batch(block(1)))
    await server.until('stats')
    const events = server.received.map((one) => one.event)
    expect(events.slice(0, 6)).toEqual(['hello', 'node-ping', 'latency', 'block', 'pending', 'stats'])
  })

  it('claims a block only when the server has read it, and sends it again where that is not known', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    await settle(sink, batch(info(), block(1)))
    server.mood = 'no-pong'
    const second = batch(block(2))
    const delivering = sink.deliver(second, { signal: never })
    // The server has it in its hands and dies before it did anything with it.
    await server.until('block', (one) => one.payload.block.number === 2)
    await server.until('node-ping', () => server.of('node-ping').length === 3)
    server.cut()
    expect((await delivering).status).toBe('retry')
    server.mood = 'well'
    await settle(sink, second)
    expect(server.received.filter((one) => one.connection === 2 && one.event === 'block')).toHaveLength(1)
    expect(server.violations).toEqual([])
  })

  it('claims nothing of a delivery that was called off, also at the next attempt, until the pong is there', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened } = await open(server)
    await using sink = opened
    await settle(sink, batch(info(), block(1)))
    server.mood = 'no-pong'
    const second = batch(block(2))
    const abort = new AbortController()
    const first = sink.deliver(second, { signal: abort.signal })
    await server.until('block', (one) => one.payload.block.number === 2)
    abort.abort(new Error('too long'))
    expect((await first).status).toBe('retry')
    const again = sink.deliver(second, { signal: never })
    let settled = false
    void again.then(() => (settled = true))
    server.push('"primus::ping::17"')
    await server.untilText('primus::pong::17')
    expect(settled).toBe(false)
    server.cut()
    expect((await again).status).toBe('retry')
  })

  it('passes over an old backlog that stands before what the node says now, and fills in history afterwards', async () => {
    await using server = await startEthstatsServer()
    const { sink: opened, context } = await open(server, { blocks: [exampleBlock(8), exampleBlock(9)] })
    await using sink = opened
    const old = unixMs(systemClock.now() - 3_600_000)
    expect(await sink.deliver(batch(block(1, old), stats(old)), { signal: never })).toEqual({ status: 'delivered' })
    expect(server.connections()).toBe(0)
    expect(context.counts['skipped{kind=block,reason=stale}']).toBe(1)
    await settle(sink, batch(info(), block(10)))
    const { payload } = await server.until('history')
    expect(payload.history.map((one) => one.number)).toEqual([9, 8])
  })
})
