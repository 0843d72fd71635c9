import { describe, expect, it } from 'vitest'
import type { Login } from '../bus/bus-messages.ts'
import { createTestRegistry } from './testing.ts'

const loginOf = (node: string, options: Partial<Login> = {}): Login => ({
  protocol: 'ethstats',
  node,
  info: { name: node, networkId: '1337' },
  address: '192.0.2.1',
  secret: 's3cret',
  historyBatch: 50,
  ...options,
})

describe('two reporters of one machine', () => {
  const agentOf = (node: string, address = '192.0.2.1') => loginOf(node, { protocol: 'netstats', address })

  it('are one node where they have one id, from the first that comes to the last that goes', () => {
    const test = createTestRegistry()
    const gateway = test.gateway()
    gateway.login(1, loginOf('val1'))
    gateway.login(2, agentOf('val1'))
    expect(gateway.commands.map(({ type }) => type)).toEqual(['admit', 'admit'])
    expect([...(test.core.network('1337')?.nodeIds() ?? [])]).toEqual(['val1'])
    expect(test.core.network('1337')?.node('val1')?.sessions).toBe(1)
    gateway.gone(1)
    expect(test.stateOf('val1')).toBe('active')
    gateway.observe(2, { kind: 'pending', body: { pending: 4 } })
    expect(test.core.network('1337')?.node('val1')?.pending).toBe(4)
    gateway.gone(2)
    expect(test.stateOf('val1')).toBe('inactive')
  })

  it('contest one id where they are at two addresses', () => {
    const test = createTestRegistry()
    const gateway = test.gateway()
    gateway.login(1, loginOf('val1'))
    gateway.login(2, agentOf('val1', '198.51.100.7'))
    expect(gateway.commands.map(({ type }) => type)).toEqual(['admit', 'probe'])
  })
})

describe('a session registry with two gateways', () => {
  it('gives an id to one session among all of them', () => {
    const test = createTestRegistry()
    const [first, second] = [test.gateway(), test.gateway()]
    first.login(1, loginOf('alpha'))
    second.login(1, loginOf('alpha'))
    expect(first.commands).toEqual([
      { type: 'admit', session: 1, network: '1337' },
      { type: 'probe', session: 1 },
    ])
    expect(second.commands).toEqual([])
    first.alive(1)
    expect(second.commands).toEqual([{ type: 'refuse', session: 1, reason: 'duplicate-id' }])
  })

  it('gives the id of an owner that does not answer to the newcomer, at whichever gateway that is', () => {
    const test = createTestRegistry()
    const [first, second] = [test.gateway(), test.gateway()]
    first.login(1, loginOf('alpha'))
    second.login(7, loginOf('alpha'))
    test.pass(3000)
    expect(first.commands.at(-1)).toEqual({ type: 'end', session: 1, reason: 'superseded' })
    expect(second.commands).toEqual([{ type: 'admit', session: 7, network: '1337' }])
    // What the old one still sends counts no more, and its end is nobody's end.
    first.observe(1, { kind: 'pending', body: { pending: 9 } })
    first.gone(1)
    expect(test.core.network('1337')?.node('alpha')).toMatchObject({ state: 'active', pending: null })
    expect(test.registry.counts).toMatchObject({ takeovers: 1, unregistered: 1, logins: 2 })
  })

  it('takes all sessions of a dead gateway for gone, lets them back elsewhere, and lets waiting newcomers in', () => {
    const test = createTestRegistry()
    const [first, second] = [test.gateway(), test.gateway()]
    for (const [i, node] of ['a', 'b', 'c'].entries()) first.login(i, loginOf(node))
    second.login(9, loginOf('c'))
    first.lost()
    expect(second.commands).toEqual([{ type: 'admit', session: 9, network: '1337' }])
    expect(['a', 'b', 'c'].map(test.stateOf)).toEqual(['inactive', 'inactive', 'active'])
    second.login(10, loginOf('a'))
    expect(test.stateOf('a')).toBe('active')
    expect(test.registry.registered).toBe(2)
  })

  it('forgets a newcomer whose gateway died while it waited', () => {
    const test = createTestRegistry()
    const [first, second] = [test.gateway(), test.gateway()]
    first.login(1, loginOf('alpha'))
    second.login(1, loginOf('alpha'))
    second.lost()
    test.pass(5000)
    expect(first.commands.filter(({ type }) => type === 'end')).toEqual([])
    expect(test.registry.waitingTakeovers).toBe(0)
  })

  it('lets nobody in while it drains, and calls nobody inactive', () => {
    const test = createTestRegistry()
    const gateway = test.gateway()
    gateway.login(1, loginOf('alpha'))
    test.registry.drain()
    gateway.login(2, loginOf('beta'))
    expect(gateway.commands.at(-1)).toEqual({ type: 'refuse', session: 2, reason: 'draining' })
    gateway.gone(1)
    expect(test.stateOf('alpha')).toBe('active')
  })

  it('ignores sessions that it has not admitted', () => {
    const test = createTestRegistry()
    const gateway = test.gateway()
    gateway.login(1, loginOf('alpha', { secret: 'guess' }))
    gateway.observe(1, { kind: 'pending', body: { pending: 1 } })
    gateway.observe(99, { kind: 'pending', body: { pending: 1 } })
    expect(gateway.commands).toEqual([{ type: 'refuse', session: 1, reason: 'bad-secret' }])
    expect(test.inputs).toEqual([])
    expect(test.registry.counts.unregistered).toBe(2)
  })
})
