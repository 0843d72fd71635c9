/** Against an endpoint that answers whatever it likes. */
import { describe, expect, it } from 'vitest'
import { configFor, createFakeClock, createTestContext } from '@netstats/sdk/testing'
import { rawBlock, sane, startHostileNode } from '../../test-support/hostile-node.ts'
import type { Answer, HostileNode, RpcRequest } from '../../test-support/hostile-node.ts'
import { watch } from '../../test-support/watch.ts'
import { ethereum } from './mod.ts'

const open = async (endpoint: string, more: Record<string, unknown> = {}) => {
  const context = createTestContext()
  const config = configFor(ethereum, {
    node: 'alpha',
    endpoint,
    statsInterval: '1s',
    pollInterval: '100ms',
    timeout: '300ms',
    ...more,
  })
  return { context, source: await ethereum.open(config, context) }
}

const except = (base: (request: RpcRequest) => Answer, ...changes: readonly [string, Answer][]) => {
  const map = new Map(changes)
  return (request: RpcRequest): Answer => map.get(request.method) ?? base(request)
}
const countOf = (node: HostileNode, method: string): number => node.asked.filter((one) => one.method === method).length

describe.concurrent.each(['http', 'ws'] as const)('a node that misbehaves over %s', (transport) => {
  it.each([
    ['no JSON', { text: '<html>502</html>' }],
    ['a bare value', { text: '42' }],
    ['wrong ids', { text: '{"jsonrpc":"2.0","id":"x","result":1}' }],
    ['nothing', { silence: true }],
    ['a hang-up', { hangUp: true }],
    ['more than it may', { text: `{"id":1,"result":"${'x'.repeat(100_000)}"}` }],
    ['a block number that is none', { result: 'banana' }],
  ] satisfies readonly [string, Answer][])(
    'by answering %s is inactive, and active when it behaves again',
    async (_, odd) => {
      await using node = await startHostileNode(() => odd)
      const { source: opened, context } = await open(node[transport], { maxAnswer: '64KiB' })
      await using source = opened
      await using seen = watch(source)
      await seen.until('node-stats', (one) => !one.body.active)
      expect(context.health.at(-1)).not.toBe('ok')
      node.answer = sane(7)
      await seen.until('node-stats', (one) => one.body.active)
      expect((await seen.until('block', () => true)).body.number).toBe(7)
      expect(context.health.at(-1)).toBe('ok')
    },
  )

  it('by lacking every optional method is active, and is not asked for them again and again', async () => {
    await using node = await startHostileNode(sane(7))
    const { source: opened } = await open(node[transport])
    await using source = opened
    await using seen = watch(source)
    await seen.until('node-stats', () => seen.of('node-stats').length >= 3)
    expect(seen.of('node-stats').at(-1)?.body).toEqual({ active: true, syncing: false, uptime: 100 })
    expect(countOf(node, 'net_peerCount')).toBe(1)
    expect(countOf(node, 'eth_mining')).toBe(1)
    expect(countOf(node, 'eth_syncing')).toBeGreaterThanOrEqual(3)
  })

  it('by answering wrong types loses those values and nothing more', async () => {
    const odd: [string, Answer][] = [
      ['net_peerCount', { result: {} }],
      ['eth_gasPrice', { result: 'cheap' }],
      ['eth_mining', { result: 'yes' }],
      ['eth_hashrate', { result: -5 }],
      ['txpool_status', { result: { pending: [] } }],
      ['eth_syncing', { result: 7 }],
      ['web3_clientVersion', { result: { no: 'text' } }],
      ['net_version', { result: '0xzz' }],
      ['eth_chainId', { result: '0x2a' }],
    ]
    await using node = await startHostileNode(except(sane(7), ...odd))
    const { source: opened } = await open(node[transport])
    await using source = opened
    await using seen = watch(source)
    expect((await seen.until('node-stats', () => true)).body).toEqual({ active: true, uptime: 100 })
    const [info] = seen.of('node-info')
    expect(info?.body).toMatchObject({ networkId: '42' })
    expect(info?.body).not.toHaveProperty('client')
  })

  it('by garbling its blocks stays active, is counted, and is followed when they can be read again', async () => {
    await using node = await startHostileNode(
      except(sane(7), ['eth_getBlockByNumber', { result: { ...rawBlock(7), timestamp: 'noon' } }]),
    )
    const { source: opened, context } = await open(node[transport])
    await using source = opened
    await using seen = watch(source)
    await seen.until('node-stats', () => seen.of('node-stats').length >= 2)
    expect(seen.of('node-stats').every((one) => one.body.active)).toBe(true)
    expect(context.health.at(-1)).toMatch(/None of its blocks can be read: .* timestamp/)
    node.answer = sane(8)
    expect((await seen.until('block', () => true)).body.number).toBe(8)
    expect(context.counts['blocks_invalid{field=timestamp}']).toBeGreaterThanOrEqual(1)
    expect(context.health.at(-1)).toBe('ok')
  })

  it('by still syncing is active and syncing, and is not drained of its whole chain', async () => {
    const syncing = { startingBlock: '0x0', currentBlock: '0x7', highestBlock: '0xffff' }
    await using node = await startHostileNode(except(sane(7), ['eth_syncing', { result: syncing }]))
    const { source: opened } = await open(node[transport])
    await using source = opened
    await using seen = watch(source)
    await seen.until('node-stats', (one) => one.body.syncing === true)
    await seen.until('block', () => true)
    node.answer = except(sane(5000), ['eth_syncing', { result: syncing }])
    await seen.until('block', (one) => one.body.number === 5000)
    expect(seen.of('block').map((one) => one.body.number)).toEqual([7, 5000])
  })

  it('by asking for fewer requests stays active and is asked less often', async () => {
    const limit: Answer = { error: { code: -32005, message: 'limit exceeded' } }
    await using node = await startHostileNode(() => limit)
    const { source: opened, context } = await open(node[transport])
    await using source = opened
    await using seen = watch(source)
    const { body } = await seen.until('node-stats', () => true)
    expect(body.active).toBe(true)
    expect(context.counts['failures{code=RPC_RATE_LIMITED}']).toBeGreaterThanOrEqual(1)
  })
})

describe.concurrent('a gateway over HTTP', () => {
  it('that refuses batches is asked one by one', async () => {
    await using node = await startHostileNode(sane(7))
    node.batches = false
    const { source: opened } = await open(node.http)
    await using source = opened
    await using seen = watch(source)
    await seen.until('node-stats', (one) => one.body.active)
    await seen.until('block', (one) => one.body.number === 7)
  })

  it.each([
    [429, 'RPC_RATE_LIMITED'],
    [401, 'RPC_REFUSED'],
    [404, 'RPC_ANSWER_INVALID'],
    [502, 'RPC_UNREACHABLE'],
  ])('that answers %i is named %s', async (status, code) => {
    await using node = await startHostileNode(() => ({ status, headers: { 'retry-after': '1' } }))
    const { source: opened, context } = await open(node.http)
    await using source = opened
    await using seen = watch(source)
    await seen.until('node-stats', () => true)
    expect(context.counts[`failures{code=${code}}`]).toBeGreaterThanOrEqual(1)
  })
})

describe('a node that was away for long and answers again', () => {
  it('is found gone soon when it falls silent, and not after the long waits of before', async () => {
    await using node = await startHostileNode(() => ({ hangUp: true }))
    const clock = createFakeClock()
    const context = createTestContext({ clock })
    const config = configFor(ethereum, { node: 'alpha', endpoint: node.http })
    await using source = await ethereum.open(config, context)
    await using seen = watch(source)
    /** Sockets need real turns of the event loop; the fake time moves on meanwhile, in small steps. */
    const until = async (condition: () => boolean): Promise<number> => {
      const from = clock.monotonic()
      while (!condition()) {
        await clock.advance(50)
        await new Promise((resolve) => setImmediate(resolve))
      }
      return clock.monotonic() - from
    }
    const isActive = (): boolean | undefined => seen.of('node-stats').at(-1)?.body.active
    await until(() => clock.monotonic() >= 120_000)
    expect(isActive()).toBe(false)
    node.answer = sane(7)
    await until(() => isActive() === true)
    const since = clock.monotonic()
    await until(() => clock.monotonic() >= since + 6000)
    node.answer = () => ({ silence: true })
    // A round of stats, its time-out, a short wait, a second time-out.
    expect(await until(() => isActive() === false)).toBeLessThan(5000 + 5000 + 1000 + 5000 + 1000)
  })
})

describe('a server that asks for fewer reports', () => {
  it('slows down reports of the state of the node, and no block', async () => {
    let height = 7
    await using node = await startHostileNode((calls) => sane(height)(calls))
    const clock = createFakeClock()
    const context = createTestContext({ clock, paceMs: () => 30_000 })
    const config = configFor(ethereum, { node: 'alpha', endpoint: node.http })
    await using source = await ethereum.open(config, context)
    await using seen = watch(source)
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) {
        await clock.advance(50)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await until(() => seen.of('node-stats').length === 1)
    const from = clock.monotonic()
    await until(() => clock.monotonic() >= from + 10_000)
    height = 8
    await until(() => seen.of('block').some((one) => one.body.number === 8))
    expect(clock.monotonic() - from).toBeLessThan(13_000)
    expect(seen.of('node-stats')).toHaveLength(1)
    await until(() => seen.of('node-stats').length === 2)
    expect(clock.monotonic() - from).toBeGreaterThanOrEqual(29_000)
  })
})

describe.concurrent('a gateway whose node is gone', () => {
  it('does not keep the node alive, and is told with what to check', async () => {
    await using node = await startHostileNode(() => ({ status: 503, headers: {} }))
    const { source: opened, context } = await open(node.http)
    await using source = opened
    await using seen = watch(source)
    await seen.until('node-stats', (one) => !one.body.active)
    expect(context.health.at(-1)).toMatch(/HTTP 503\); check that the node runs/)
  })
})

describe.concurrent('a subscription', () => {
  it('that is refused is replaced by asking', async () => {
    await using node = await startHostileNode(
      except(sane(7), ['eth_subscribe', { error: { code: -32601, message: 'notifications not supported' } }]),
    )
    const { source: opened } = await open(node.ws)
    await using source = opened
    await using seen = watch(source)
    await seen.until('block', (one) => one.body.number === 7)
    node.answer = sane(9)
    await seen.until('block', (one) => one.body.number === 9)
    expect(seen.of('block').map((one) => one.body.number)).toEqual([7, 8, 9])
  })

  it('that falls silent is noticed: heads are looked up instead', async () => {
    await using node = await startHostileNode(sane(7))
    const { source: opened } = await open(node.ws)
    await using source = opened
    await using seen = watch(source)
    await seen.until('block', (one) => one.body.number === 7)
    node.answer = sane(8)
    await seen.until('block', (one) => one.body.number === 8)
  })

  it('that pushes garbage is counted and followed all the same', async () => {
    await using node = await startHostileNode(sane(7))
    const { source: opened, context } = await open(node.ws)
    await using source = opened
    await using seen = watch(source)
    await seen.until('block', (one) => one.body.number === 7)
    for (const result of [null, 7, {}, { hash: 'x' }]) {
      node.push(JSON.stringify({ method: 'eth_subscription', params: { subscription: '0x1', result } }))
    }
    node.answer = sane(8)
    node.push(JSON.stringify({ method: 'eth_subscription', params: { subscription: '0x1', result: rawBlock(8) } }))
    await seen.until('block', (one) => one.body.number === 8)
    expect(context.counts['notices_invalid']).toBe(4)
    expect(node.connections()).toBe(1)
  })

  it('closed by the node is opened again, and what was missed comes in order', async () => {
    await using node = await startHostileNode(sane(7))
    const { source: opened } = await open(node.ws)
    await using source = opened
    await using seen = watch(source)
    await seen.until('block', (one) => one.body.number === 7)
    node.answer = () => ({ hangUp: true })
    node.push('not json')
    node.answer = sane(12)
    await seen.until('block', (one) => one.body.number === 12)
    expect(seen.of('block').map((one) => one.body.number)).toEqual([7, 8, 9, 10, 11, 12])
    expect(seen.of('block').map((one) => one.body.historical ?? false)).toEqual([false, true, true, true, true, false])
  })
})

describe('a subscription that the node answers and then hangs up on', () => {
  it('is left out after twice, and the node asked over the same connection', async () => {
    await using node = await startHostileNode(sane(7))
    node.hangsUpAfter = 'eth_subscribe'
    const { source: opened } = await open(node.ws)
    await using source = opened
    await using seen = watch(source)
    await seen.until('block', (one) => one.body.number === 7)
    await expect.poll(() => node.connections(), { timeout: 10_000 }).toBe(3)
    for (let n = 8; n < 14; n++) {
      node.answer = sane(n)
      await seen.until('block', (one) => one.body.number === n)
    }
    expect([node.connections(), countOf(node, 'eth_subscribe')]).toEqual([3, 2])
  })
})

describe('a gateway that compresses what nobody asked it to', () => {
  it.each(['gzip', 'deflate', 'br'] as const)('is understood: %s', async (encoding) => {
    await using node = await startHostileNode(sane(7))
    node.encoding = encoding
    const { source: opened } = await open(node.http)
    await using source = opened
    await using seen = watch(source)
    await seen.until('block', (one) => one.body.number === 7)
  })

  it('is cut off where little comes to more than it may', async () => {
    await using node = await startHostileNode(() => ({ text: `{"id":1,"result":"${'x'.repeat(100_000)}"}` }))
    node.encoding = 'gzip'
    const { source: opened, context } = await open(node.http, { maxAnswer: '64KiB' })
    await using source = opened
    await using seen = watch(source)
    await seen.until('node-stats', (one) => !one.body.active)
    expect(context.counts['failures{code=RPC_ANSWER_TOO_LARGE}']).toBeGreaterThanOrEqual(1)
  })
})

describe('a long gap', () => {
  it('is filled with the newest blocks only, and the rest is counted', async () => {
    await using node = await startHostileNode(sane(100))
    const { source: opened, context } = await open(node.http, { backfill: 5 })
    await using source = opened
    await using seen = watch(source)
    await seen.until('block', (one) => one.body.number === 100)
    node.answer = sane(200)
    await seen.until('block', (one) => one.body.number === 199)
    // The head is told before what it takes long to ask for.
    expect(seen.of('block').map((one) => one.body.number)).toEqual([100, 200, 195, 196, 197, 198, 199])
    expect(context.counts['blocks_skipped']).toBe(94)
  })
})

describe('addresses', () => {
  it('show no password, neither in logs nor in reasons', async () => {
    await using node = await startHostileNode(() => ({ status: 401 }))
    const { source: opened, context } = await open(node.http.replace('//', '//user:hunter2@'))
    await using source = opened
    await using seen = watch(source)
    await seen.until('node-stats', (one) => !one.body.active)
    expect(JSON.stringify([context.log.entries, context.health])).not.toContain('hunter2')
  })
})
