/** Two machines with one spool: which of them is admitted, and what the operator learns. */
import { describe, expect, it } from 'vitest'
import type { AgentLogin, Login } from '../bus/bus-messages.ts'
import { createVolatileTracker } from '../delivery/volatile-tracker.ts'
import type { Clone } from './clone-watch.ts'
import { createTestRegistry } from './testing.ts'

const a = { life: 'a'.repeat(16), from: 1 }
const b = { life: 'b'.repeat(16), from: 900 }
const c = { life: 'c'.repeat(16), from: 700 }

const agentOf = (lives: AgentLogin['lives'], after = 0): AgentLogin => ({
  id: 'alpha',
  spool: '5'.repeat(32),
  lives,
  after,
  acknowledged: after,
  key: undefined,
  proved: false,
})
const loginOf = (agent: AgentLogin, address: string): Login => ({
  protocol: 'netstats',
  node: 'alpha',
  info: { name: 'alpha', networkId: '1337' },
  address,
  secret: 's3cret',
  historyBatch: 0,
  agent,
})

const createTest = () => {
  const clones: Clone[] = []
  const test = createTestRegistry({
    deliveries: createVolatileTracker(),
    onClone: (clone) => void clones.push(clone),
  })
  const gateway = test.gateway()
  let session = 0
  return {
    ...test,
    clones,
    gateway,
    login: (lives: AgentLogin['lives'], address = '10.0.0.1'): number => {
      gateway.login(++session, loginOf(agentOf(lives), address))
      return session
    },
    /** Commands that a session got since the last call, in short. */
    of: (id: number): readonly string[] => {
      const own = gateway.commands.filter((one) => one.type !== 'rate' && one.session === id)
      for (const one of own) gateway.commands.splice(gateway.commands.indexOf(one), 1)
      return own.map((one) => ('reason' in one ? `${one.type} ${one.reason}` : one.type))
    },
  }
}

describe('a session registry with two machines that have one spool', () => {
  it('refuses the copy as long as the other one lives, and names both addresses', () => {
    const test = createTest()
    const first = test.login([a, b], '10.0.0.1')
    const copy = test.login([a, c], '10.0.0.2')
    expect(test.of(first)).toEqual(['admit', 'probe'])
    expect(test.of(copy)).toEqual([])
    test.gateway.alive(first)
    expect(test.of(copy)).toEqual(['refuse cloned'])
    expect(test.clones).toEqual([{ agent: 'alpha', node: 'alpha', address: '10.0.0.1', refusedAddress: '10.0.0.2' }])
    expect(test.registry.counts.clones).toBe(1)
    expect(test.of(first)).toEqual([])
  })

  it('lets it in when the other one has gone, or does not answer', () => {
    const test = createTest()
    const first = test.login([a, b])
    const copy = test.login([a, c])
    test.pass(3000)
    expect(test.of(copy)).toEqual(['admit'])
    expect(test.of(first)).toEqual(['admit', 'probe', 'end superseded'])
    expect(test.clones).toEqual([])
  })

  it('takes the same process back at once', () => {
    const test = createTest()
    const first = test.login([a, b])
    const again = test.login([a, b])
    expect(test.of(again)).toEqual(['admit'])
    expect(test.of(first)).toEqual(['admit', 'end superseded'])
  })

  it('are two also where one comes back while the other waits for its old connection to die', () => {
    const test = createTest()
    const old = test.login([a, b])
    const copy = test.login([a, c], '10.0.0.2')
    const back = test.login([a, b])
    test.gateway.gone(old)
    test.gateway.alive(back)
    test.pass(60_000)
    expect(test.clones).toHaveLength(1)
    expect(test.of(copy)).toEqual(['refuse cloned'])
  })
})
