import { unixMs } from '@netstats/protocol'
import { describe, expect, it, vi } from 'vitest'
import { blockFrame, helloFrame, pendingFrame, pingFrame } from '../gateway/ethstats/testing.ts'
import { startServer } from '../testing.ts'
import type { RunningServer, TestSocket } from '../testing.ts'

const has =
  (action: string) =>
  (text: string): boolean =>
    text.startsWith(`{"action":"${action}"`)
const isInit = (text: string): boolean => text.startsWith('{"emit":["init"')
const isPong = (text: string): boolean => text.startsWith('{"emit":["node-pong"')

const agentOf = async (running: RunningServer, id: string, net = '1337'): Promise<TestSocket> => {
  const agent = await running.connect('/api')
  agent.send(helloFrame(id, { net }))
  await agent.next((text) => text === '{"emit":["ready"]}')
  return agent
}

const pageOf = async (running: RunningServer, path = '/primus/?_primuscb=1430000000000-0'): Promise<TestSocket> => {
  const page = await running.connect(path)
  page.send('{"emit":["ready"]}')
  await page.next(isInit)
  return page
}

const idsOf = (init: string): string[] => {
  const { emit } = JSON.parse(init) as { emit: [string, { nodes: { id: string }[] }] }
  return emit[1].nodes.map((node) => node.id)
}

describe('the classic dashboard', () => {
  it('is shown all nodes, then what happens to them', async () => {
    await using running = await startServer()
    const agent = await agentOf(running, 'alpha')
    agent.send(blockFrame('alpha', 41), pendingFrame('alpha', 3), pingFrame('alpha'))
    await agent.next(isPong)
    const page = await pageOf(running)
    expect(idsOf(await page.next(isInit))).toEqual(['alpha'])
    expect(await page.next(has('charts'))).toContain('"gasSpending"')
    agent.send(blockFrame('alpha', 42))
    expect(await page.next(has('block'))).toContain('"number":42')
    agent.socket.close()
    expect(await page.next(has('inactive'))).toContain('"active":false')
  })

  it('has its pings answered and its latency told', async () => {
    await using running = await startServer()
    const page = await pageOf(running)
    page.send(
      '"primus::ping::1700000000000"',
      `{"emit":["client-pong",{"serverTime":${Date.now() - 20},"clientTime":1}]}`,
    )
    expect(await page.next((text) => text.startsWith('"primus'))).toBe('"primus::pong::1700000000000"')
    const told = await page.next((text) => text.startsWith('{"emit":["client-latency"'))
    expect((JSON.parse(told) as { emit: [string, { latency: number }] }).emit[1].latency).toBeGreaterThanOrEqual(10)
    await agentOf(running, 'alpha')
    expect(await page.next(has('client-ping'))).toMatch(/"serverTime":\d{13}/)
  })

  it('gets a new init when a node registers that it has not seen', async () => {
    await using running = await startServer()
    await agentOf(running, 'alpha')
    const page = await pageOf(running)
    await agentOf(running, 'beta')
    expect(await page.next(has('add'))).toContain('"id":"beta"')
    expect(await page.next(has('init'))).toContain('"id":"beta"')
  })

  it('that came before any node is given the network when it appears', async () => {
    await using running = await startServer()
    const page = await pageOf(running)
    expect(idsOf(await page.next(isInit))).toEqual([])
    expect(await page.next(has('charts'))).toContain('"height":[0,0')
    expect(await page.next(has('client-ping'))).toContain('serverTime')
    const agent = await agentOf(running, 'alpha')
    const init = await page.next((text) => isInit(text) && text.includes('alpha'))
    expect(idsOf(init)).toEqual(['alpha'])
    // Another page brings charts for all; the first must not have missed its own.
    await pageOf(running)
    agent.send(pendingFrame('alpha', 4))
    await page.next(has('pending'))
    expect(page.received.filter(has('charts')).length).toBeGreaterThan(1)
  })

  it('shows the largest network, or the one it names', async () => {
    await using running = await startServer()
    await agentOf(running, 'a1', '1')
    await agentOf(running, 'b1', '2')
    await agentOf(running, 'b2', '2')
    const initOf = async (path: string) => idsOf(await (await pageOf(running, path)).next(isInit)).sort()
    expect(await initOf('/primus')).toEqual(['b1', 'b2'])
    expect(await initOf('/primus/?network=1&_primuscb=x')).toEqual(['a1'])
    expect(await initOf('/primus/1')).toEqual(['a1'])
    const nowhere = await pageOf(running, '/primus/3')
    await agentOf(running, 'c1', '3')
    await nowhere.next((text) => isInit(text) && text.includes('c1'))
    expect(nowhere.received.filter(isInit)).toHaveLength(2)
  })

  it('survives whatever it is sent', async () => {
    await using running = await startServer()
    const page = await pageOf(running)
    page.send(
      'null',
      '{}',
      '{"emit":["hello",{}]}',
      '[',
      '{"emit":["client-pong"]}',
      '{"emit":["ready"]}',
      '"primus::ping::1"',
    )
    await page.next((text) => text === '"primus::pong::1"')
    const large = await running.connect('/primus')
    large.send('x'.repeat(20_000))
    expect(await large.closed).toBe(1009)
    expect((await running.get('/readyz')).status).toBe(200)
  })
})

/** Nodes that log in without sockets: what is tested is what they cost viewers. */
const crowd = ({ server: { core } }: RunningServer, nodes: number): void => {
  for (let i = 0; i < nodes; i++) {
    const info = { name: `node ${i}`, networkId: '1337', client: 'Geth/v1.16.3' }
    core.apply({ type: 'connected', at: unixMs(Date.now()), node: `n${i}`, info, address: null })
  }
}

describe('a large network', () => {
  it('is shown whole once to a page that takes its time, and then what changes', async () => {
    await using running = await startServer()
    crowd(running, 4000)
    const agent = await agentOf(running, 'alpha')
    const [slow, other] = [await running.connect('/primus'), await pageOf(running)]
    slow.send('{"emit":["ready"]}')
    slow.socket.pause()
    for (const pending of [1, 2]) {
      agent.send(pendingFrame('alpha', pending))
      await other.next((text) => has('pending')(text) && text.includes(`"pending":${pending}`))
    }
    slow.socket.resume()
    await slow.next((text) => has('pending')(text) && text.includes('"pending":2'))
    expect(slow.received.filter(isInit)).toHaveLength(1)
    expect(await running.metric('classic_skipped_total')).toBe(0)
  })

  it('is not made again for a page that asks again and again', async () => {
    await using running = await startServer()
    crowd(running, 500)
    const agent = await agentOf(running, 'alpha')
    const page = await pageOf(running)
    for (let pending = 1; pending <= 5; pending++) {
      page.send('{"emit":["ready"]}')
      agent.send(pendingFrame('alpha', pending))
      await page.next((text) => has('pending')(text) && text.includes(`"pending":${pending}`))
    }
    expect(page.received.filter(isInit)).toHaveLength(1)
  })
})

describe('a viewer that talks without end', () => {
  it('is not answered more than it may ask, and is cut in the end', async () => {
    await using running = await startServer()
    const page = await running.connect('/primus')
    for (let i = 0; i < 200; i++) page.send(`"primus::ping::${i}"`)
    await vi.waitFor(async () => expect(await running.metric('classic_ignored_total')).toBeGreaterThan(100))
    expect(page.received.length).toBeLessThan(80)
    for (let i = 0; i < 1000; i++) page.send('"primus::ping::0"')
    expect(await page.closed).toBe(1006)
    expect(await running.metric('classic_ended_total{reason="flood"}')).toBe(1)
  })
})

describe('/external', () => {
  it('tells each new highest block, and nothing twice', async () => {
    await using running = await startServer()
    const agent = await agentOf(running, 'alpha')
    const outside = await running.connect('/external')
    agent.send(blockFrame('alpha', 5), blockFrame('alpha', 4), blockFrame('alpha', 6), pingFrame('alpha'))
    await agent.next(isPong)
    await vi.waitFor(() => {
      expect(outside.received).toEqual(['{"action":"lastBlock","number":5}', '{"action":"lastBlock","number":6}'])
    })
  })
})

describe('/external, when it talks like a page', () => {
  it('has its pings answered and is given no rows', async () => {
    await using running = await startServer()
    await agentOf(running, 'alpha')
    const outside = await running.connect('/external?_primuscb=x')
    outside.send('{"emit":["ready"]}', '"primus::ping::7"')
    await outside.next((text) => text === '"primus::pong::7"')
    expect(outside.received).toEqual(['"primus::pong::7"'])
  })
})

describe('a network that was forgotten and starts over', () => {
  it('is shown from its first block on', async () => {
    await using running = await startServer()
    const agent = await agentOf(running, 'alpha')
    const outside = await running.connect('/external/1337')
    agent.send(blockFrame('alpha', 9))
    await outside.next((text) => text.includes('"number":9'))
    // Its only node moves to another network.
    agent.send(helloFrame('alpha', { net: '5' }))
    await vi.waitFor(
      async () => expect(await running.metric('core_changes_total{type="network-removed"}')).toBe(1),
      5000,
    )
    const beta = await agentOf(running, 'beta')
    beta.send(blockFrame('beta', 3))
    expect(await outside.next((text) => text.includes('"number":3'))).toContain('lastBlock')
  })
})

describe('with dashboards switched off', () => {
  it('nothing but agents is let in', async () => {
    await using running = await startServer({ feed: { enabled: false } })
    await agentOf(running, 'alpha')
    for (const path of ['/primus', '/external', '/feed']) await expect(running.connect(path)).rejects.toThrow('404')
  })
})
