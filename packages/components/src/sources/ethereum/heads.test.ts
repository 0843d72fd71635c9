/** Heads behind balancers, late blocks and silent subscriptions, on a clock of the test. */
import { blockNumber, unixSeconds } from '@netstats/protocol'
import type { Block, Hash, HeadEvent } from '@netstats/protocol'
import { channel } from '@netstats/sdk'
import { createFakeClock, createTestContext, exampleBlock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createChainView } from './chain-view.ts'
import { followHeads } from './follow-heads.ts'
import type { HeadCue } from './follow-heads.ts'
import { takeHead } from './heads.ts'
import type { HeadsOptions } from './heads.ts'
import type { NodeClient } from './node-client.ts'
import { createOptionalMethods } from './optional-methods.ts'
import { createPushTrust } from './push-trust.ts'
import { RpcError } from './rpc/errors.ts'

const hashOf = (n: number, fork: string): Hash => `0x${fork}${n.toString(16).padStart(63, '0')}` as Hash
/** A chain of 2 s, with a fork `b` from height 100 on. */
const block = (n: number, fork = 'a'): Block => ({
  ...exampleBlock(n),
  number: blockNumber(n),
  hash: hashOf(n, n >= 100 ? fork : 'a'),
  parentHash: hashOf(n - 1, n - 1 >= 100 ? fork : 'a'),
  timestamp: unixSeconds(1_767_225_600 + 2 * n),
})
const byHash = (hash: Hash): Block => block(Number(`0x${hash.slice(3)}`), hash.charAt(2))
const signal = new AbortController().signal

const world = (answers: Partial<NodeClient> = {}) => {
  const clock = createFakeClock()
  const told: Block[] = []
  const reorgs: HeadEvent[] = []
  const counts: Record<string, number> = {}
  let limited = false
  const client = {
    pushes: true,
    ask: async () => [],
    byHash: async (hash: Hash) => byHash(hash),
    byNumbers: async (numbers: readonly number[]) => numbers.map((n) => block(n)),
    subscribeHeads: async () => '0x1',
    unsubscribe: async () => undefined,
    ...answers,
  } as unknown as NodeClient
  const options: HeadsOptions = {
    client,
    view: createChainView(),
    methods: createOptionalMethods(clock),
    backfill: 100,
    isSyncing: () => false,
    isLimited: () => limited,
    count: (name, _, by = 1) => (counts[name] = (counts[name] ?? 0) + by),
    lower: { looks: 0 },
    checkIdentity: async () => undefined,
    onBlock: async (one) => void told.push(one),
    onReorg: async (event) => void reorgs.push(event),
  }
  const take = (one: Block, polled = true): Promise<boolean> =>
    takeHead({ block: one, at: clock.now(), polled }, options, signal)
  return { clock, told, reorgs, counts, options, take, limit: () => (limited = true) }
}
const numbers = (told: readonly Block[]): readonly number[] => told.map((one) => one.number)

describe('a head that is asked for', () => {
  it('is told as polled, the missed ones as historical, and a head that is told as neither', async () => {
    const { take, told } = world()
    await take(block(1))
    await take(block(3))
    await take(block(4), false)
    expect(told.map((one) => [one.number, one.polled ?? false, one.historical ?? false])).toEqual([
      [1, true, false],
      [2, false, true],
      [3, true, false],
      [4, false, false],
    ])
  })

  it('is no reorganisation where another node behind the address is a block behind', async () => {
    const { take, told, reorgs } = world()
    for (let n = 5; n < 60; n++) {
      await take(block(n))
      await take(block(n - 1))
      await take(block(n - (n % 4)))
    }
    expect(numbers(told)).toEqual(Array.from({ length: 55 }, (_, i) => 5 + i))
    expect(reorgs).toEqual([])
  })

  it('is none either where that node is on another branch, until the branch is ahead', async () => {
    const { take, reorgs } = world()
    await take(block(100))
    for (let i = 0; i < 5; i++) {
      await take(block(100, 'b'))
      await take(block(100))
    }
    expect(reorgs).toEqual([])
    await take(block(101, 'b'))
    expect(reorgs).toMatchObject([{ removed: [{ hash: hashOf(100, 'a') }], added: [{ hash: hashOf(100, 'b') }, {}] }])
  })

  it('went back where it stays back', async () => {
    const { take, reorgs, options } = world()
    for (const n of [7, 8, 9]) await take(block(n))
    for (let i = 0; i < 10; i++) await take(block(7))
    expect(options.view.head()?.number).toBe(7)
    expect(reorgs).toMatchObject([{ removed: [{ number: 8 }, { number: 9 }], added: [] }])
  })

  it('did not go back where a notice of a block comes late that is older than all that was seen', async () => {
    const { take, told, reorgs } = world()
    await take(block(20))
    for (const n of [21, 19, 20, 22]) await take(block(n), false)
    expect(numbers(told)).toEqual([20, 21, 22])
    expect(reorgs).toEqual([])
  })

  it('went to another branch where the node itself tells so', async () => {
    const { take, reorgs } = world()
    await take(block(100), false)
    await take(block(100, 'b'), false)
    expect(reorgs).toHaveLength(1)
  })
})

describe('a gap below a head', () => {
  it('does not take the head with it where it is refused', async () => {
    const refuse = async (): Promise<never> => {
      throw new RpcError('RPC_RATE_LIMITED', 'fewer, please')
    }
    const { take, told, counts } = world({ byNumbers: refuse, byHash: refuse })
    await take(block(1))
    await take(block(9))
    await take(block(10))
    expect(numbers(told)).toEqual([1, 9, 10])
    expect(counts['blocks_skipped']).toBe(7)
  })

  it('comes behind the head where the endpoint is asked slowly', async () => {
    const { take, told, limit } = world()
    limit()
    await take(block(1))
    await take(block(4))
    expect(numbers(told)).toEqual([1, 4, 2, 3])
  })
})

describe('following heads', () => {
  const follow = (answers: Partial<NodeClient>) => {
    const made = world(answers)
    const cues = channel<HeadCue>({ capacity: 8, overflow: 'drop-oldest' })
    const trust = createPushTrust(made.clock)
    const stop = new AbortController()
    const faults: unknown[] = []
    const done = followHeads(
      {
        ...made.options,
        clock: made.clock,
        log: createTestContext().log,
        cues,
        trust,
        pollMs: () => 1000,
        onReadable: (fault) => faults.push(fault),
      },
      { signal: stop.signal },
    ).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
    return {
      ...made,
      faults,
      trust,
      notice: (n: number) => cues.trySend({ hash: block(n).hash, at: made.clock.now() }),
      [Symbol.asyncDispose]: async () => {
        stop.abort(new Error('enough'))
        await made.clock.advance(0)
        await done
      },
    }
  }
  /** A node whose height is a function of its clock. */
  const nodeAt = (height: () => number, there: (n: number) => boolean = () => true): Partial<NodeClient> => ({
    blockNumber: async () => height(),
    latest: async () => block(height()),
    byHash: async (hash: Hash) => {
      const found = byHash(hash)
      return there(found.number) ? found : undefined
    },
  })

  it('keeps asking for a block that was named before it is there', async () => {
    let there = 20
    await using node = follow(
      nodeAt(
        () => there,
        (n) => n <= there,
      ),
    )
    await node.clock.advance(10)
    for (let n = 21; n < 40; n++) {
      node.notice(n)
      await node.clock.advance(600)
      there = n
      await node.clock.advance(1400)
    }
    expect(numbers(node.told)).toEqual(Array.from({ length: 20 }, (_, i) => 20 + i))
  })

  it('goes on to the next head where one named can never be had', async () => {
    let height = 20
    await using node = follow(
      nodeAt(
        () => height,
        () => false,
      ),
    )
    for (; height < 30; height++) {
      node.notice(height + 1)
      await node.clock.advance(2000)
    }
    expect(numbers(node.told).at(-1)).toBeGreaterThanOrEqual(29)
  })

  it('asks within two block times where a subscription never says a word, and subscribes again', async () => {
    let height = 20
    let subscriptions = 0
    await using node = follow({ ...nodeAt(() => height), subscribeHeads: async () => `0x${++subscriptions}` })
    await node.clock.advance(10)
    for (; height < 60; height++) {
      await node.clock.advance(2000)
      expect(node.told.at(-1)?.number).toBeGreaterThanOrEqual(height)
    }
    expect(subscriptions).toBeGreaterThan(1)
    expect(subscriptions).toBeLessThan(4)
  })

  it('asks within two block times where a subscription falls silent', async () => {
    let height = 20
    await using node = follow(nodeAt(() => height))
    await node.clock.advance(10)
    for (let i = 0; i < 10; i++) {
      node.notice(++height)
      await node.clock.advance(2000)
    }
    expect(node.told.slice(1).every((one) => one.polled !== true)).toBe(true)
    height++
    await node.clock.advance(4000)
    expect(node.told.at(-1)).toMatchObject({ number: height, polled: true })
    // It speaks again: what it tells is told as such.
    node.notice(++height)
    await node.clock.advance(100)
    expect(node.told.at(-1)).not.toHaveProperty('polled')
  })

  it('is not calmed by notices of a head that is known', async () => {
    let height = 20
    await using node = follow(nodeAt(() => height))
    await node.clock.advance(10)
    for (let i = 0; i < 20; i++) {
      node.notice(20)
      height++
      await node.clock.advance(2000)
    }
    expect(node.told.at(-1)?.number).toBeGreaterThanOrEqual(height - 1)
  })

  it('asks only where the connection was closed soon after two subscriptions, and tries one again later', async () => {
    let subscriptions = 0
    let height = 20
    await using node = follow({ ...nodeAt(() => height), subscribeHeads: async () => `0x${++subscriptions}` })
    await node.clock.advance(10)
    node.trust.closed()
    expect(node.trust.allowed()).toBe(true)
    node.trust.subscribed()
    node.trust.closed()
    expect(node.trust.allowed()).toBe(false)
    await node.clock.advance(599_000)
    expect(node.trust.allowed()).toBe(false)
    height++
    await node.clock.advance(2000)
    expect(node.trust.allowed()).toBe(true)
    // One that lasted takes it back.
    node.trust.subscribed()
    await node.clock.advance(6000)
    node.trust.closed()
    node.trust.subscribed()
    node.trust.closed()
    expect(node.trust.allowed()).toBe(true)
  })
})
