/** Against a real node: every transport, and the things that happen to a node. */
import { configFor, createTestContext, sourceContract } from '@netstats/sdk/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Anvil } from '../../test-support/anvil.ts'
import { startAnvil } from '../../test-support/anvil.ts'
import { watch } from '../../test-support/watch.ts'
import { ethereum } from './mod.ts'

const open = (endpoint: string, more: Record<string, unknown> = {}) => {
  const context = createTestContext()
  const config = configFor(ethereum, {
    node: 'alpha',
    endpoint,
    statsInterval: '1s',
    pollInterval: '100ms',
    timeout: '500ms',
    ...more,
  })
  return { context, source: ethereum.open(config, context) }
}

describe('a real node', () => {
  let anvil: Anvil
  beforeAll(async () => {
    anvil = await startAnvil('--no-mining')
  })
  afterAll(() => anvil[Symbol.asyncDispose]())

  it.each(['http', 'ws', 'ipc'] as const)('is followed block by block over %s', async (transport) => {
    await using source = await open(anvil[transport]).source
    await using seen = watch(source)
    const first = await seen.until('block', () => true)
    for (let i = 1; i <= 3; i++) {
      await anvil.mine()
      const next = await seen.until('block', (one) => one.body.number === first.body.number + i)
      expect(next.body.historical).toBeUndefined()
    }
    const hashes = seen.of('block').map((one) => one.body.hash)
    expect(new Set(hashes).size).toBe(hashes.length)
    const [info] = seen.of('node-info')
    expect(info?.body).toMatchObject({ name: 'alpha', networkId: '31337', canUpdateHistory: true })
    expect(info?.body.client).toMatch(/^anvil\//)
    expect(info?.body.genesis).toMatch(/^0x[0-9a-f]{64}$/)
    expect(seen.seen[0]?.kind).toBe('node-info')
  })

  it('is active though it lacks net_peerCount and eth_mining, which are then absent and not zero', async () => {
    const { context, source: opening } = open(anvil.http)
    await using source = await opening
    await using seen = watch(source)
    const { body } = await seen.until('node-stats', () => true)
    expect(body).toMatchObject({ active: true, syncing: false, hashrate: 0, uptime: 100 })
    expect(body.gasPrice).toBeTypeOf('bigint')
    expect(body).not.toHaveProperty('peers')
    expect(body).not.toHaveProperty('mining')
    expect(context.health.at(-1)).toBe('ok')
    expect((await seen.until('pending', () => true)).body).toEqual({ pending: 0 })
  })

  it('gives blocks by number, ascending, without those it does not have', async () => {
    await anvil.mine(3)
    await using source = await open(anvil.ws).source
    await using seen = watch(source)
    await seen.until('block', () => true)
    const blocks = await source.blocks!([2, 1, 999_999] as never, { signal: AbortSignal.timeout(5000) })
    expect(blocks.map((one) => one.number)).toEqual([1, 2])
    expect(blocks[1]?.parentHash).toBe(blocks[0]?.hash)
    expect(blocks.every((one) => one.historical)).toBe(true)
  })

  it.each(['http', 'ws'] as const)(
    'has every block, missed ones filled in behind the head in order, over %s',
    async (t) => {
      await using source = await open(anvil[t]).source
      await using seen = watch(source)
      const first = await seen.until('block', () => true)
      await anvil.mine(20)
      const last = await seen.until('block', (one) => one.body.number === first.body.number + 20)
      expect(last.body.historical).toBeUndefined()
      await seen.until('block', (one) => one.body.number === first.body.number + 19)
      const numbers = seen.of('block').map(({ body }) => body.number)
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => first.body.number + i))
      const missed = seen.of('block').flatMap(({ body }) => (body.historical ? [body.number] : []))
      expect(missed).toEqual(missed.toSorted((a, b) => a - b))
    },
  )

  it('reports what a reorganisation replaced', async () => {
    await using source = await open(anvil.http).source
    await using seen = watch(source)
    await anvil.mine(3)
    const height = Number(await anvil.rpc('eth_blockNumber'))
    const old = await seen.until('block', (one) => one.body.number === height)
    await anvil.rpc('anvil_reorg', 2, [])
    await anvil.mine()
    const event = await seen.until('head-event', () => true)
    expect(event.body.type).toBe('reorg')
    // An empty block mined again at the same second is the same block, so only the top is sure to differ.
    expect(event.body.removed.at(-1)).toEqual({ number: height, hash: old.body.hash })
    await seen.until('block', (one) => one.body.number === height + 1)
  })
})

describe.concurrent('what happens to a node', () => {
  it.each(['http', 'ws', 'ipc'] as const)(
    'killed: inactive; back with another chain: announced again (%s)',
    async (t) => {
      await using anvil = await startAnvil('--no-mining')
      await anvil.mine(5)
      const { context, source: opening } = open(anvil[t])
      await using source = await opening
      await using seen = watch(source)
      const before = await seen.until('block', (one) => one.body.number === 5)
      const oldInfo = seen.of('node-info')[0]

      await anvil.kill()
      const down = await seen.until('node-stats', (one) => !one.body.active)
      expect(down.body.uptime).toBeLessThan(100)
      expect(context.health.at(-1)).not.toBe('ok')

      seen.clear()
      await anvil.start()
      const info = await seen.until('node-info', () => true)
      expect(info.body.genesis).not.toBe(oldInfo?.body.genesis)
      const head = await seen.until('block', () => true)
      expect(head.body.number).toBeLessThan(before.body.number)
      await seen.until('node-stats', (one) => one.body.active)
      expect(seen.of('head-event')).toEqual([])
      expect(context.counts['chain_switches']).toBe(1)
      expect(context.health.at(-1)).toBe('ok')
    },
  )

  it.each(['http', 'ws', 'ipc'] as const)(
    'frozen: inactive after the time-outs; thawed: goes on where it was (%s)',
    async (t) => {
      await using anvil = await startAnvil('--no-mining')
      await using source = await open(anvil[t]).source
      await using seen = watch(source)
      await seen.until('node-stats', (one) => one.body.active)
      await anvil.mine()
      await seen.until('block', (one) => one.body.number === 1)

      anvil.freeze()
      await seen.until('node-stats', (one) => !one.body.active)
      seen.clear()
      anvil.thaw()
      await seen.until('node-stats', (one) => one.body.active)
      await anvil.mine(2)
      await seen.until('block', (one) => one.body.number === 3)
      expect(seen.of('block').map((one) => one.body.number)).toEqual([2, 3])
      expect(seen.of('node-info')).toEqual([])
    },
  )

  it('reset to another chain without a restart: forgets the old heads', async () => {
    await using anvil = await startAnvil('--no-mining')
    await anvil.mine(4)
    const { context, source: opening } = open(anvil.ws)
    await using source = await opening
    await using seen = watch(source)
    await seen.until('block', (one) => one.body.number === 4)
    await anvil.rpc('anvil_setChainId', 4242)
    await anvil.rpc('anvil_reset')
    await anvil.mine()
    const head = await seen.until('block', (one) => one.body.number < 4)
    expect(head.body.number).toBe(1)
    expect(context.counts['chain_switches']).toBe(1)
  })

  it('not there at the start: says who is meant, that it does not answer, and begins when it comes', async () => {
    await using anvil = await startAnvil('--no-mining')
    await anvil.kill()
    await using source = await open(anvil.http).source
    await using seen = watch(source)
    await seen.until('node-stats', (one) => !one.body.active)
    expect(seen.seen[0]).toMatchObject({ kind: 'node-info', body: { name: 'alpha' } })
    expect(seen.of('node-info')).toHaveLength(1)
    await anvil.start()
    await seen.until('node-info', (one) => one.body.networkId === '31337')
    await seen.until('block', () => true)
  })
})

sourceContract(
  'ethereum',
  async () => {
    const anvil = await startAnvil('--no-mining')
    await anvil.mine(2)
    const source = await open(anvil.ws).source
    return {
      source,
      wake: () => anvil.mine(),
      [Symbol.asyncDispose]: async () => {
        await source[Symbol.asyncDispose]()
        await anvil[Symbol.asyncDispose]()
      },
    }
  },
  { blocks: true },
)
