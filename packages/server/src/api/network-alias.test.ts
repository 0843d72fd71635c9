import { unixMs } from '@netstats/protocol'
import type { Hash } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createCore } from '../shard/mod.ts'
import { at } from './at.ts'
import { nothing } from './endpoint.ts'
import { asksOfPast, networkNamed } from './network-alias.ts'

const genesis = (digit: string) => `0x${digit.repeat(64)}` as Hash

const stage = () => {
  const core = createCore({ reconnectMs: 0 })
  const at = unixMs(1_800_000_000_000)
  const say = (type: 'connected' | 'disconnected', node: string, of: string, network = '31337') =>
    core.apply(
      type === 'connected'
        ? { type, at, node, info: { name: node, networkId: '31337', genesis: genesis(of) }, address: null }
        : { type, at, node, network },
    )
  const tick = () => core.apply({ type: 'tick', at })
  const named = (key: string, past = false) => networkNamed({ core, summary: (view) => view.summary() }, key, past)
  return { core, say, tick, named }
}

describe('a question', () => {
  it('is of the past where it names a moment, or where there is no other', () => {
    const live = { history: 'query', query: z.strictObject({ at }) } as const
    expect([asksOfPast(live, {}), asksOfPast(live, { at: '5' })]).toEqual([false, true])
    expect(asksOfPast({ history: 'query', query: nothing }, {})).toBe(true)
    expect(asksOfPast({ query: nothing }, {})).toBe(false)
  })
})

describe('a development chain that begins again and again', () => {
  it('is left by its agents as by native clients, and has a key that lasts', () => {
    const { core, say, tick, named } = stage()
    for (const chain of ['a', 'b', 'c', 'd']) {
      const before = core.networks()[0]?.key ?? ''
      say('disconnected', 'dev', chain, before)
      say('connected', 'dev', chain)
      tick()
      const keys = core.networks().map(({ key }) => key)
      expect(keys).toHaveLength(1)
      expect(core.networks()[0]?.nodeCount).toBe(1)
      expect(named('31337')).toBe(keys[0])
      expect(named('31337-newest')).toBe(keys[0])
    }
  })

  it('is the newest with active nodes where others stay behind', () => {
    const { say, tick, named } = stage()
    say('connected', 'old', 'a')
    say('connected', 'dev', 'b')
    say('connected', 'late', 'c')
    say('disconnected', 'late', 'c', '31337-cccccccc')
    tick()
    expect(named('31337')).toBe('31337')
    expect(named('31337-newest')).toBe('31337-bbbbbbbb')
    expect(named('31337-newest', true)).toBe('31337-bbbbbbbb')
    expect(named('404-newest')).toBe('404-newest')
  })
})
