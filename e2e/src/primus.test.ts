import { setTimeout as pass } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { chainBlock, hello } from './support/peer.ts'
import { openPrimus } from './support/primus.ts'
import { disturbances, openFleet } from './support/primus-fleet.ts'
import { startServer } from './support/processes.ts'
import { findRow } from './support/rows.ts'

const faster = 10
/** The server's times divided as those of the clients are; its defaults are in its configuration. */
const compressed = {
  ethstats: { pingEvery: '3s', silence: '6s', primusPingEvery: '2500ms' },
  feed: { pingEvery: '3s' },
}

describe('real Primus clients from npm', () => {
  it('log in, are shown the nodes, and stay for ten minutes in a tenth of the time', async () => {
    await using server = await startServer({ settings: compressed })
    const fleet = openFleet(server, faster)
    using _all = {
      [Symbol.dispose]: () => {
        for (const { primus } of fleet) primus[Symbol.dispose]()
      },
    }
    for (const { welcome, label } of fleet) expect(await welcome, label).toBeDefined()
    for (const name of ['primus-4', 'primus-8']) {
      await expect.poll(() => findRow(server, name), { timeout: 10_000 }).toMatchObject({ state: 'active', name })
    }
    // Time has to pass here: that nothing happens in it is what is shown.
    await pass(600_000 / faster)

    expect(fleet.flatMap(disturbances)).toEqual([])
    const keepAlives = Object.fromEntries(fleet.map(({ label, primus }) => [label, primus.seen.keepAlives]))
    // Old clients ask every 25 s or 110 s, new ones are asked every 25 s; some of the time goes into waiting.
    expect(keepAlives['primus 3 page']).toBeGreaterThanOrEqual(20)
    expect(keepAlives['primus 4 agent']).toBeGreaterThanOrEqual(5)
    expect(keepAlives['primus 8 page']).toBeGreaterThanOrEqual(15)
    expect(keepAlives['primus 8 agent']).toBeGreaterThanOrEqual(15)
    const samples = await server.samples()
    expect(samples.get('netstats_server_ethstats_logins_total')).toBe(2)
    expect(samples.get('netstats_server_ethstats_sessions{state="active"}')).toBe(2)
    expect(samples.get('netstats_server_classic_viewers{channel="primus"}')).toBe(2)
    // The latency plugin of eth-net-intelligence-api speaks after the opening and after each pong.
    expect(samples.get('netstats_server_ethstats_frames_total{event="spark-latency"}')).toBeGreaterThanOrEqual(6)
  })

  it('would have noticed a server that does not keep them', async () => {
    await using server = await startServer({ settings: { ethstats: { primusPingEvery: '40s' } } })
    using primus = openPrimus({
      version: 8,
      url: server.url,
      pathname: '/primus',
      client: { pingTimeout: 500 },
    })
    await primus.next('reconnect')
    expect(primus.seen.closes + primus.seen.reconnects).toBeGreaterThan(0)
  })

  it('learn of new blocks on /external', async () => {
    await using server = await startServer()
    using primus = openPrimus({ version: 3, url: server.url, pathname: '/external' })
    await primus.next('open')
    const told = primus.next('data')
    using agent = openPrimus({ version: 4, url: server.url, pathname: '/api' })
    await agent.next('open')
    const ready = agent.next('ready')
    agent.send(...(JSON.parse(hello({ id: 'teller', secret: server.secret })) as { emit: [string, object] }).emit)
    await ready
    agent.send('block', { id: 'teller', block: chainBlock(77, 1_767_225_600) })
    expect((await told)[0]).toEqual({ action: 'lastBlock', number: 77 })
  })
})
