import { describe, expect, it } from 'vitest'
import { hashOf, scenario } from './testing/scenario.ts'

const besu = { client: 'besu/v25.11.0/linux-x86_64/openjdk-java-21' }

describe('a sight by asking now and then', () => {
  it('counts as one, and not in propagation', () => {
    const stage = scenario()
    stage.connect('abp')
    for (let n = 5; n < 8; n++) {
      stage.block('a', n)
      stage.wait(20).block('b', n)
      stage.wait(800).block('p', n, { polled: true })
    }
    expect(stage.view.block(hashOf(7))).toMatchObject({ nodes: 3, p95Ms: 20 })
    expect(stage.view.blockDetail(hashOf(7))?.seenBy.map(([node]) => node)).toEqual(['a', 'b'])
    expect(stage.view.summary().propagation).toMatchObject({ samples: 6, p95Ms: 20 })
    expect(stage.view.node('p')).toMatchObject({ polled: true, propagationMs: null, propagationAvgMs: null })
    expect(stage.view.node('b')).toMatchObject({ polled: false, propagationMs: 20 })
  })

  it('is what the reporter in Besu tells of, and no agent beside one', () => {
    const stage = scenario()
    stage.connect('a')
    stage.connect('b', { ...besu, api: 'No' })
    stage.connect('c', besu)
    stage.block('a', 5)
    stage.wait(30).block('c', 5)
    stage.wait(4000).block('b', 5)
    expect(stage.view.block(hashOf(5))).toMatchObject({ nodes: 3, p99Ms: 30 })
    expect(['b', 'c'].map((id) => stage.view.node(id)?.polled)).toEqual([true, false])
  })
})
