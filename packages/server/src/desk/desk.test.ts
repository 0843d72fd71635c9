import { unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import type { Downward, Login } from '../bus/model.ts'
import { createCore } from '../shard/mod.ts'
import type { CoreInput } from '../shard/model.ts'
import { createDesk } from './desk.ts'
import { createSecretGate } from './secret-gate.ts'

const start = 1_767_225_600_000

const loginOf = (node: string, options: Partial<Login> = {}): Login => ({
  protocol: 'ethstats',
  node,
  info: { name: node, networkId: '1337' },
  address: '192.0.2.1',
  secret: 's3cret',
  historyBatch: 50,
  ...options,
})

/** A desk with a real core, and lines that write down what comes down. */
const createRoom = () => {
  const core = createCore()
  const inputs: CoreInput[] = []
  let now = 0
  const at = () => unixMs(start + now)
  const desk = createDesk({
    limits: { takeoverMs: 3000, historyTimeoutMs: 30_000, historySessions: 2 },
    gate: createSecretGate(['s3cret']),
    apply: (input) => {
      inputs.push(input)
      core.apply(input)
    },
    networkOf: (node, networkId) => core.networkOf(node, networkId),
    network: (key) => core.network(key),
  })
  const line = () => {
    const heard: unknown[][] = []
    const note =
      (name: string) =>
      (...args: readonly unknown[]): void =>
        void heard.push([name, ...args])
    const down: Downward = {
      admitted: note('admitted'),
      refused: note('refused'),
      probe: note('probe'),
      end: note('end'),
      ask: note('ask'),
      ack: note('ack'),
      nack: note('nack'),
      pace: note('pace'),
    }
    return { ...desk.open(down), heard }
  }
  return {
    core,
    desk,
    inputs,
    at,
    line,
    pass(ms: number) {
      now += ms
      desk.tick(now, at())
    },
    stateOf: (node: string) => core.network('1337')?.node(node)?.state,
  }
}

describe('a desk with two ingests', () => {
  it('gives an id to one session among all of them', () => {
    const room = createRoom()
    const [first, second] = [room.line(), room.line()]
    first.up.login(1, room.at(), loginOf('alpha'))
    second.up.login(1, room.at(), loginOf('alpha'))
    expect(first.heard).toEqual([
      ['admitted', 1, { network: '1337' }],
      ['probe', 1],
    ])
    expect(second.heard).toEqual([])
    first.up.alive(1)
    expect(second.heard).toEqual([['refused', 1, 'duplicate-id', undefined]])
  })

  it('gives the place of a holder that does not answer to the newcomer, wherever that is', () => {
    const room = createRoom()
    const [first, second] = [room.line(), room.line()]
    first.up.login(1, room.at(), loginOf('alpha'))
    second.up.login(7, room.at(), loginOf('alpha'))
    room.pass(3000)
    expect(first.heard.at(-1)).toEqual(['end', 1, 'superseded'])
    expect(second.heard).toEqual([['admitted', 7, { network: '1337' }]])
    // What the old one still sends counts no more, and its end is nobody's end.
    first.up.observed(1, room.at(), 'pending', { pending: 9 })
    first.up.gone(1, room.at())
    expect(room.core.network('1337')?.node('alpha')).toMatchObject({ state: 'active', pending: null })
    expect(room.desk.counts).toMatchObject({ takeovers: 1, unseated: 1, logins: 2 })
  })

  it('takes all sessions of a dead ingest for gone, lets them back elsewhere, and lets waiting newcomers in', () => {
    const room = createRoom()
    const [first, second] = [room.line(), room.line()]
    for (const [i, node] of ['a', 'b', 'c'].entries()) first.up.login(i, room.at(), loginOf(node))
    second.up.login(9, room.at(), loginOf('c'))
    first.lost(room.at())
    expect(second.heard).toEqual([['admitted', 9, { network: '1337' }]])
    expect(['a', 'b', 'c'].map(room.stateOf)).toEqual(['inactive', 'inactive', 'active'])
    second.up.login(10, room.at(), loginOf('a'))
    expect(room.stateOf('a')).toBe('active')
    expect(room.desk.seated).toBe(2)
  })

  it('forgets a newcomer whose ingest died while it waited', () => {
    const room = createRoom()
    const [first, second] = [room.line(), room.line()]
    first.up.login(1, room.at(), loginOf('alpha'))
    second.up.login(1, room.at(), loginOf('alpha'))
    second.lost(room.at())
    room.pass(5000)
    expect(first.heard.filter(([name]) => name === 'end')).toEqual([])
    expect(room.desk.claims).toBe(0)
  })

  it('lets nobody in while it drains, and calls nobody inactive', () => {
    const room = createRoom()
    const line = room.line()
    line.up.login(1, room.at(), loginOf('alpha'))
    room.desk.drain()
    line.up.login(2, room.at(), loginOf('beta'))
    expect(line.heard.at(-1)).toEqual(['refused', 2, 'draining', undefined])
    line.up.gone(1, room.at())
    expect(room.stateOf('alpha')).toBe('active')
  })

  it('does not listen to sessions that it has not let in', () => {
    const room = createRoom()
    const line = room.line()
    line.up.login(1, room.at(), loginOf('alpha', { secret: 'guess' }))
    line.up.observed(1, room.at(), 'pending', { pending: 1 })
    line.up.observed(99, room.at(), 'pending', { pending: 1 })
    expect(line.heard).toEqual([['refused', 1, 'bad-secret', undefined]])
    expect(room.inputs).toEqual([])
    expect(room.desk.counts.unseated).toBe(2)
  })
})
