import { createFakeClock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createAllowance } from './allowance.ts'
import { considerate } from './considerate.ts'
import type { RpcConnection } from './connection.ts'
import { RpcError } from './errors.ts'
import { call } from './messages.ts'
import type { Call, Reply } from './messages.ts'

const signal = new AbortController().signal
const ok = ({ method }: Call): Reply => ({ ok: true, result: method })
const failure = (code: number, message: string): Reply => ({ ok: false, code, message })
const refused = (status: number): RpcError => new RpcError('RPC_REFUSED', `refused (HTTP ${status})`, { status })
const hangUp = new RpcError('RPC_UNREACHABLE', 'gone', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) })

const methods = ['eth_blockNumber', 'eth_syncing', 'eth_gasPrice', 'net_peerCount', 'eth_mining', 'txpool_status']
const calls = methods.map((method) => call(method))

/** An endpoint that answers requests by a rule, asked in the way it takes. */
const endpoint = (rule: (calls: readonly Call[]) => readonly Reply[]) => {
  const clock = createFakeClock()
  const sizes: number[] = []
  const raw: RpcConnection = {
    pushes: false,
    ended: new Promise(() => undefined),
    call: async (part) => {
      sizes.push(part.length)
      return rule(part)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const allowance = createAllowance(clock)
  const connection = considerate(raw, { clock, allowance, label: 'node' })
  const ask = async (asked: readonly Call[] = calls): Promise<readonly Reply[]> => {
    const answer = connection.call(asked, { signal })
    answer.catch(() => undefined)
    for (let i = 0; i < 100; i++) await clock.advance(50)
    return answer
  }
  return { ask, sizes, allowance, clock }
}

const fail = (error: Error): never => {
  throw error
}

describe('an endpoint that refuses requests of more than three calls', () => {
  it.each([
    ['by a status', () => fail(refused(403))],
    ['by a text', () => fail(new RpcError('RPC_ANSWER_INVALID', 'HTTP 500 and no JSON'))],
    ['by closing', () => fail(hangUp)],
    ['by no service', () => fail(new RpcError('RPC_UNREACHABLE', 'HTTP 503', { status: 503 }))],
    ['by one error for each call', (part: readonly Call[]) => part.map(() => failure(-32600, 'batch too large'))],
    ['by answering the first three', (part: readonly Call[]) => part.slice(0, 3).map(ok)],
  ])('%s is asked in smaller ones, and stays so', async (_, answer) => {
    const node = endpoint((part) => (part.length > 3 ? answer(part) : part.map(ok)))
    expect(await node.ask()).toEqual(calls.map(ok))
    node.sizes.length = 0
    expect(await node.ask()).toEqual(calls.map(ok))
    expect(Math.max(...node.sizes)).toBeLessThanOrEqual(_ === 'by answering the first three' ? 6 : 3)
  })

  it('is tried with more again after ten minutes', async () => {
    const node = endpoint((part) => (part.length > 3 ? fail(refused(413)) : part.map(ok)))
    await node.ask()
    await node.clock.advance(600_000)
    node.sizes.length = 0
    await node.ask()
    expect(node.sizes[0]).toBe(6)
  })
})

describe('an endpoint that does not have a method on its list', () => {
  it.each([
    ['by a status', () => fail(refused(403))],
    ['by closing', () => fail(hangUp)],
  ])('and refuses whole requests for it %s is asked for the others', async (_, answer) => {
    const node = endpoint((part) => (part.some(({ method }) => method === 'eth_mining') ? answer() : part.map(ok)))
    const replies = await node.ask()
    expect(replies.map((one) => one.ok)).toEqual([true, true, true, true, false, true])
    await node.ask()
    // By now it is known, and asked for no longer; nor are the others asked one by one for it.
    node.sizes.length = 0
    expect((await node.ask()).map((one) => one.ok)).toEqual([true, true, true, true, false, true])
    expect(node.sizes).toEqual([4, 1])
  })
})

describe('an endpoint that refuses the agent', () => {
  it('is not asked for everything one by one', async () => {
    const node = endpoint(() => fail(refused(401)))
    await expect(node.ask()).rejects.toThrow('HTTP 401')
    expect(node.sizes.length).toBeLessThan(8)
    expect(node.allowance.batch()).toBeGreaterThan(6)
  })

  it('is not taken for one that answers because it did before', async () => {
    let isOpen = true
    const node = endpoint((part) => (isOpen ? part.map(ok) : fail(refused(403))))
    await node.ask()
    isOpen = false
    await expect(node.ask([call('eth_blockNumber')])).rejects.toThrow('HTTP 403')
    await expect(node.ask([call('web3_clientVersion'), call('net_version')])).rejects.toThrow('HTTP 403')
  })
})

describe('an endpoint that limits calls', () => {
  it('is asked less at a time and more slowly, until all is answered', async () => {
    let now = (): number => 0
    let tokens = 3
    let at = 0
    // Ten calls a second, three at once.
    const node = endpoint((part) => {
      tokens = Math.min(3, tokens + (now() - at) / 100)
      at = now()
      if (tokens < part.length) throw new RpcError('RPC_RATE_LIMITED', 'HTTP 429')
      tokens -= part.length
      return part.map(ok)
    })
    now = () => node.clock.monotonic()
    for (let round = 0; round < 5; round++) expect(await node.ask()).toEqual(calls.map(ok))
    expect(node.allowance.isLimited()).toBe(true)
    await node.clock.advance(300_000)
    expect(node.allowance.isLimited()).toBe(false)
  })

  it('and does not stop is told after three tries', async () => {
    const node = endpoint((part) => part.map(() => failure(-32005, 'limit exceeded')))
    await expect(node.ask()).rejects.toMatchObject({ code: 'RPC_RATE_LIMITED' })
    expect(node.sizes).toHaveLength(3)
  })

  it('for long is left alone by the whole session', async () => {
    const node = endpoint(() => fail(new RpcError('RPC_RATE_LIMITED', 'HTTP 429', { retryAfterMs: 30_000 })))
    await expect(node.ask()).rejects.toMatchObject({ retryAfterMs: 30_000 })
    expect(node.sizes).toHaveLength(1)
  })
})
