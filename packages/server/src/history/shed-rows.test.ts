import { describe, expect, it } from 'vitest'
import { createStage } from './testing/stage.ts'

describe('what is given up', () => {
  it('is told once a minute, by class and reason, and never twice', async () => {
    const sheds = { latency: { items: 0 } }
    const stage = await createStage({ sheds: () => sheds })
    stage.tick()
    sheds.latency.items = 5
    stage.rowBuffer.giveUp('sample', 'memory', 7)
    stage.tick(60)
    sheds.latency.items = 6
    stage.tick(120)
    const rows = (await stage.write()).rows('shed')
    expect(rows.map((row) => [row.class, row.reason, row.dropped])).toEqual([
      ['latency', 'items', 5],
      ['sample', 'memory', 7],
      ['latency', 'items', 1],
    ])
  })

  it('is what nodes and metrics beyond the names say, counted', async () => {
    const stage = await createStage({ names: { networks: 1, nodes: 1, metrics: 1 } })
    stage.connect('a').connect('b').connect('c', { networkId: '9' })
    const given = (): readonly number[] => [stage.rowBuffer.givenUp.fact.names, stage.rowBuffer.givenUp.sample.names]
    const [facts = 0] = given()
    expect(facts).toBeGreaterThan(0)
    stage.say('b', 'latency', { latencyMs: 1 }).say('a', 'host', { cpus: 1, load1: 2 })
    expect(given()).toEqual([facts, 2])
    const store = await stage.write()
    expect([store.rows('node').length, store.rows('metricName').length, store.rows('network').length]).toEqual([
      1, 1, 1,
    ])
  })
})
