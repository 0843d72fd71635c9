import { describe, expect, it } from 'vitest'
import { begin, scenario } from '../testing/scenario.ts'

const states = (stage: ReturnType<typeof scenario>, node: string) =>
  stage.changes.flatMap((change) => {
    if (change.type === 'node-active' && change.node === node) return ['active']
    if (change.type === 'node-inactive' && change.node === node) return [change.reason]
    return []
  })

describe('activity of a node', () => {
  it('begins with its session and ends with it', () => {
    const stage = scenario()
    expect(stage.connect('a')).toMatchObject([
      { type: 'network-added', network: '1337' },
      { type: 'node-added', node: 'a' },
      { type: 'node-active', node: 'a' },
    ])
    expect(stage.wait(500).disconnect('a')).toMatchObject([{ type: 'node-inactive', reason: 'disconnected' }])
    expect(stage.view.node('a')).toMatchObject({ state: 'inactive', stateSince: begin + 500, sessions: 1 })
  })

  it('goes on while its client is away for less than the grace, and the next session is the same life', () => {
    const stage = scenario({ reconnectMs: 15_000 })
    stage.connect('ab')
    for (let i = 0; i < 5; i++) {
      stage.tick(20)
      stage.disconnect('a')
      stage.tick(14)
      expect(stage.view.node('a')?.state).toBe('active')
      stage.connect('a')
    }
    stage.disconnect('b')
    expect(states(stage, 'a')).toEqual(['active'])
    expect(stage.view.node('a')).toMatchObject({ state: 'active', sessions: 6, uptime: 100 })
  })

  it('ends when its client is not back within the grace, also where the clock was set back', () => {
    const stage = scenario({ reconnectMs: 15_000 })
    stage.connect('ab').concat(stage.disconnect('a'))
    stage.tick(14)
    expect(states(stage, 'a')).toEqual(['active'])
    stage.tick()
    expect(states(stage, 'a')).toEqual(['active', 'disconnected'])
    expect(stage.view.node('a')).toMatchObject({ state: 'inactive', stateSince: begin + 15_000 })
    stage.disconnect('b')
    stage.now = begin
    stage.tick()
    expect(states(stage, 'b')).toEqual(['active', 'disconnected'])
  })

  it('leaves its place to others at the limit within the grace', () => {
    const stage = scenario({ reconnectMs: 15_000, maxNodesPerNetwork: 2 })
    stage.connect('ab')
    stage.disconnect('b')
    stage.connect('c')
    expect([...stage.view.nodeIds()]).toEqual(['a', 'c'])
  })

  it('ends after 75 s of silence and comes back with the next word', () => {
    const stage = scenario()
    stage.connect('a')
    stage.tick(75)
    expect(stage.view.node('a')?.state).toBe('active')
    stage.tick()
    expect(stage.view.node('a')?.state).toBe('inactive')
    stage.say('a', 'latency', { latencyMs: 4 })
    expect(stage.view.node('a')).toMatchObject({ state: 'active', lastSeenAt: begin + 76_000 })
    expect(states(stage, 'a')).toEqual(['active', 'silent', 'active'])
  })

  it('is kept up by any observation, and not by a socket that merely answers', () => {
    const stage = scenario()
    stage.connect('ab')
    for (let i = 0; i < 10; i++) {
      stage.tick(20)
      stage.say('a', 'pending', { pending: i })
      stage.apply({ type: 'round-trip', at: stage.now as never, network: '1337', node: 'b', roundTripMs: 12 })
    }
    expect(stage.view.node('a')).toMatchObject({ state: 'active', pending: 9, roundTripMs: null })
    expect(stage.view.node('b')).toMatchObject({ state: 'inactive', roundTripMs: 12 })
  })

  it('ends when the reporter cannot reach its node, until it says that it can again', () => {
    const stage = scenario()
    stage.connect('a')
    stage.stats('a', { active: false })
    stage.stats('a', { active: false })
    stage.say('a', 'latency', { latencyMs: 4 })
    expect(stage.view.node('a')?.state).toBe('inactive')
    stage.stats('a')
    expect(stage.view.node('a')?.state).toBe('active')
    expect(states(stage, 'a')).toEqual(['active', 'reported', 'active'])
  })

  it('forgets with a new session that the reporter could not reach its node', () => {
    const stage = scenario()
    stage.connect('a')
    stage.stats('a', { active: false })
    stage.connect('a')
    expect(stage.view.node('a')).toMatchObject({ state: 'active', sessions: 2 })
  })

  it('does not come back with what was under way when the session ended', () => {
    const stage = scenario()
    stage.connect('a')
    stage.disconnect('a')
    stage.wait(10).block('a', 5)
    expect(stage.view.node('a')).toMatchObject({ state: 'inactive', blockNumber: 5, lastSeenAt: begin + 10 })
  })

  it('counts a session that takes over without a word on the state', () => {
    const stage = scenario()
    stage.connect('a')
    expect(stage.connect('a')).toEqual([])
    stage.disconnect('a')
    stage.connect('a')
    expect(stage.view.node('a')).toMatchObject({ state: 'active', sessions: 3 })
  })

  it('measures uptime as the share of time since first report', () => {
    const stage = scenario()
    stage.connect('a')
    expect(stage.view.node('a')?.uptime).toBe(100)
    stage.wait(30_000).disconnect('a')
    expect(stage.view.node('a')?.uptime).toBe(100)
    stage.wait(70_000).tick(0)
    stage.connect('a')
    expect(stage.view.node('a')?.uptime).toBe(30)
    stage.wait(99_000).stats('a', { uptime: 12 })
    stage.tick()
    expect(stage.view.node('a')).toMatchObject({ uptime: 65, reportedUptime: 12 })
    expect(stage.view.summary()).toMatchObject({ uptime: 65, active: 1, nodes: 1 })
  })

  it('tells a creeping uptime as a changed row at most every ten seconds', () => {
    const stage = scenario()
    stage.connect('a')
    stage.wait(50_000).disconnect('a')
    stage.view.takeChangeSet()
    let told = 0
    for (let i = 0; i < 60; i++) {
      stage.tick()
      told += stage.view.takeChangeSet().nodes.size
    }
    expect(told).toBe(6)
  })

  it('survives a clock that steps back', () => {
    const stage = scenario()
    stage.connect('a')
    stage.wait(100_000).stats('a')
    stage.wait(-90_000).tick(1)
    stage.stats('a')
    stage.disconnect('a')
    const row = stage.view.node('a')
    expect(row?.uptime).toBeGreaterThanOrEqual(0)
    expect(row?.uptime).toBeLessThanOrEqual(100)
  })
})
