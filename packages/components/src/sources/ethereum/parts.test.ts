/** The small parts of the source: health, optional methods, identity, closing a gap, tasks together. */
import { blockNumber } from '@netstats/protocol'
import type { Block, Hash } from '@netstats/protocol'
import { createFakeClock, exampleBlock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createChainView } from './chain-view.ts'
import { completeChain } from './complete-chain.ts'
import { createHealth } from './health.ts'
import { isOtherChain, mergeIdentity, networkOf, readIdentity, sameIdentity, toNodeInfo } from './identity.ts'
import type { Identity } from './identity.ts'
import { createNodeClient } from './node-client.ts'
import type { NodeClient } from './node-client.ts'
import { createOptionalMethods } from './optional-methods.ts'
import { ipcPath } from './rpc/open.ts'
import { together } from './together.ts'

describe('the health of a node', () => {
  it('is inactive after two misses in a row, and active after one hit', () => {
    const health = createHealth(createFakeClock())
    health.miss()
    expect(health.inactive()).toBe(false)
    health.miss()
    expect(health.inactive()).toBe(true)
    health.hit()
    expect(health.inactive()).toBe(false)
  })

  it('counts the share of polls that succeeded', () => {
    const health = createHealth(createFakeClock())
    expect(health.uptime()).toBe(100)
    health.hit()
    health.hit()
    health.miss()
    expect(health.uptime()).toBe(66.67)
  })

  it('slows down for a node that asks for fewer requests, no further than sixteen times, and relaxes by halves', async () => {
    const clock = createFakeClock()
    const health = createHealth(clock)
    for (let i = 0; i < 10; i++) health.limited()
    expect(health.pace()).toBe(16)
    health.hit()
    expect(health.pace()).toBe(16)
    for (const pace of [8, 4, 2, 1, 1]) {
      await clock.advance(60_000)
      health.hit()
      expect(health.pace()).toBe(pace)
    }
  })
})

describe('a method that not every client has', () => {
  const missing = { ok: false, code: -32601, message: '' } as const

  it('is left alone for ten minutes when the client lacks it', async () => {
    const clock = createFakeClock()
    const methods = createOptionalMethods(clock)
    expect(methods.wanted('eth_mining')).toBe(true)
    methods.learn('eth_mining', missing)
    await clock.advance(599_999)
    expect(methods.wanted('eth_mining')).toBe(false)
    expect(methods.wanted('eth_syncing')).toBe(true)
    await clock.advance(1)
    expect(methods.wanted('eth_mining')).toBe(true)
  })

  it('is asked for again at once when another client answers, or when it works after all', () => {
    const methods = createOptionalMethods(createFakeClock())
    methods.learn('eth_mining', missing)
    methods.forget()
    expect(methods.wanted('eth_mining')).toBe(true)
    methods.learn('eth_mining', missing)
    methods.learn('eth_mining', { ok: true, result: false })
    expect(methods.wanted('eth_mining')).toBe(true)
  })

  it('is not given up for a failure of another kind', () => {
    const methods = createOptionalMethods(createFakeClock())
    methods.learn('eth_gasPrice', { ok: false, code: -32000, message: 'busy' })
    expect(methods.wanted('eth_gasPrice')).toBe(true)
  })
})

describe('the identity of a node', () => {
  const genesis = (digit: string): Hash => `0x${digit.repeat(64)}` as Hash
  const known: Identity = {
    client: 'Geth/v1',
    networkId: '1',
    chainId: '61',
    protocol: 'eth/68',
    genesis: genesis('a'),
  }
  const unknown: Identity = {
    client: undefined,
    networkId: undefined,
    chainId: undefined,
    protocol: undefined,
    genesis: undefined,
  }

  it('stays as it is where the node does not say', () => {
    expect(mergeIdentity(known, unknown)).toEqual(known)
    expect(mergeIdentity(known, { ...unknown, client: 'Geth/v2' })).toEqual({ ...known, client: 'Geth/v2' })
    expect(isOtherChain(known, unknown)).toBe(false)
  })

  it('is another one on another network or genesis: nothing of the old holds', () => {
    const moved = { ...unknown, genesis: genesis('b') }
    expect(isOtherChain(known, moved)).toBe(true)
    expect(mergeIdentity(known, moved)).toEqual(moved)
    expect(isOtherChain(known, { ...known, networkId: '2' })).toBe(true)
    expect(isOtherChain(known, { ...known, chainId: '62' })).toBe(true)
  })

  it('is no other one where the node says one of its two ids, and they are not the same', () => {
    const half = { ...known, networkId: undefined }
    expect(isOtherChain(known, half)).toBe(false)
    expect([networkOf(mergeIdentity(known, half)), networkOf(half)]).toEqual(['1', '61'])
  })

  it('is the same only if every fact is', () => {
    expect(sameIdentity(known, { ...known })).toBe(true)
    expect(sameIdentity(known, { ...known, protocol: undefined })).toBe(false)
    expect(sameIdentity(undefined, unknown)).toBe(false)
  })

  it('has the hash of block 0 only where block 0 was answered', async () => {
    const answering = (block: unknown) => async (calls: readonly { readonly method: string }[]) =>
      calls.map(({ method }) => ({ ok: true, result: method === 'eth_getBlockByNumber' ? block : '0x1' }) as const)
    const signal = new AbortController().signal
    const identify = (block: unknown) => readIdentity({ ask: answering(block) } as unknown as NodeClient, { signal })
    const hash = genesis('c')
    expect(await identify({ number: '0x0', hash })).toMatchObject({ genesis: hash, odd: false })
    for (const number of ['0x5', 7, undefined, 'latest'])
      expect(await identify({ number, hash })).toMatchObject({ genesis: undefined, odd: true })
    expect(await identify(null)).toMatchObject({ genesis: undefined, odd: false })
  })

  it('becomes a node-info without the facts that are not known', () => {
    const info = toNodeInfo(undefined, { name: 'alpha', contact: undefined, reporter: 'netstats/1' })
    expect(Object.keys(info).sort()).toEqual(['canUpdateHistory', 'name', 'os', 'osVersion', 'reporter'])
    const full = toNodeInfo(known, { name: 'alpha', contact: 'ops', reporter: 'netstats/1' })
    expect(full).toMatchObject({ client: 'Geth/v1', networkId: '1', genesis: genesis('a'), contact: 'ops' })
  })
})

describe('closing a gap', () => {
  const hashOf = (n: number, fork: string): Hash => `0x${fork}${n.toString(16).padStart(63, '0')}` as Hash
  /** A chain that forks from `a` to `b` at a height. */
  const at = (n: number, forkAt: number): Block => ({
    ...exampleBlock(n),
    hash: hashOf(n, n >= forkAt ? 'b' : 'a'),
    parentHash: hashOf(n - 1, n - 1 >= forkAt ? 'b' : 'a'),
  })
  const nodeWith = (forkAt: number) => {
    const asked: string[] = []
    return {
      asked,
      byHash: async (hash: Hash) => {
        const number = Number(`0x${hash.slice(3)}`)
        asked.push(`hash ${number}`)
        return at(number, forkAt)
      },
      byNumbers: async (numbers: readonly number[]) => {
        asked.push(`numbers ${numbers.join(' ')}`.trim())
        return numbers.map((n) => at(n, forkAt))
      },
    }
  }
  const viewTo = (height: number) => {
    const view = createChainView()
    view.adopt(Array.from({ length: height }, (_, i) => at(i + 1, Infinity)))
    return view
  }
  const signal = new AbortController().signal
  const numbersOf = (chain: readonly Block[]): number[] => chain.map((one) => one.number)

  it('asks nothing for a head that continues what is known', async () => {
    const node = nodeWith(Infinity)
    expect(numbersOf(await completeChain(at(6, Infinity), viewTo(5), node, { limit: 100, signal }))).toEqual([6])
    expect(node.asked).toEqual([])
  })

  it('asks for missed heights at once', async () => {
    const node = nodeWith(Infinity)
    const chain = await completeChain(at(9, Infinity), viewTo(5), node, { limit: 100, signal })
    expect(numbersOf(chain)).toEqual([6, 7, 8, 9])
    expect(node.asked).toEqual(['numbers 6 7 8'])
  })

  it('walks down a fork until it meets what is known', async () => {
    const node = nodeWith(4)
    const chain = await completeChain(at(7, 4), viewTo(5), node, { limit: 100, signal })
    expect(numbersOf(chain)).toEqual([4, 5, 6, 7])
    expect(node.asked).toEqual(['numbers 6', 'hash 5', 'hash 4'])
  })

  it('fetches no more than its limit', async () => {
    expect(numbersOf(await completeChain(at(90, 2), viewTo(80), nodeWith(2), { limit: 3, signal }))).toEqual([
      87, 88, 89, 90,
    ])
    expect(numbersOf(await completeChain(at(90, 2), viewTo(80), nodeWith(2), { limit: 0, signal }))).toEqual([90])
  })

  it('leaves out what does not link, and stops where the node has no parent', async () => {
    const torn = { ...nodeWith(4), byNumbers: async () => [at(6, Infinity)], byHash: async () => undefined }
    expect(numbersOf(await completeChain(at(7, 4), viewTo(5), torn, { limit: 100, signal }))).toEqual([7])
    const lying = { ...nodeWith(4), byNumbers: async () => [], byHash: async () => at(blockNumber(3), 4) }
    expect(numbersOf(await completeChain(at(7, 4), viewTo(5), lying, { limit: 100, signal }))).toEqual([7])
  })
})

describe('blocks by number', () => {
  it('are those that were asked for, and not what a gateway takes for them', async () => {
    const hash = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`
    const raw = (n: number): object => ({ number: n, hash: hash(n), parentHash: hash(n - 1), timestamp: 1 })
    const answers = [raw(1), raw(9), raw(3)]
    const client = createNodeClient({
      pushes: false,
      ended: new Promise(() => undefined),
      call: async () => answers.map((result) => ({ ok: true, result })),
      [Symbol.asyncDispose]: async () => undefined,
    })
    const blocks = await client.byNumbers([1, 2, 3].map(blockNumber), { signal: new AbortController().signal })
    expect(blocks.map((one) => one.number)).toEqual([1, 3])
  })
})

describe('tasks together', () => {
  const untilAbort = ({ signal }: { signal: AbortSignal }): Promise<void> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))

  it('end all when one fails, with its error and not with what that caused', async () => {
    const fails = () => Promise.reject(new Error('first'))
    await expect(together([untilAbort, fails], { signal: new AbortController().signal })).rejects.toThrow('first')
  })

  it('end all when one ends, and quietly when told to', async () => {
    await together([untilAbort, () => Promise.resolve()], { signal: new AbortController().signal })
    const stop = new AbortController()
    const all = together([untilAbort, untilAbort], { signal: stop.signal })
    stop.abort()
    await all
  })
})

describe('the path of an IPC socket', () => {
  it('is read from every form it is written in', () => {
    expect(ipcPath('/run/geth.ipc')).toBe('/run/geth.ipc')
    expect(ipcPath('ipc:/run/geth.ipc')).toBe('/run/geth.ipc')
    expect(ipcPath('~/geth.ipc')).toMatch(/^\/.*\/geth\.ipc$/)
  })
})
