import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { exampleBlockObservation, exampleObservations, examplePending } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createLatest } from './latest.ts'

const node = nodeId('a')
const alarm = (name: string, step: 'raised' | 'cleared' = 'raised'): Observation => ({
  kind: 'alarm',
  node,
  observedAt: unixMs(1),
  body: { alarm: name, step, type: 'disk-full', severity: 2, message: 'full' },
})

describe('the newest of what a node said', () => {
  it('is one observation of each kind, and of its own node only', () => {
    const latest = createLatest()
    for (const one of exampleObservations(node)) latest.take(one)
    latest.take({ ...examplePending(7), node })
    latest.take({ ...examplePending(8), node: nodeId('b') })
    const kinds = latest.of(node).map((one) => one.kind)
    expect(new Set(kinds).size).toBe(kinds.length)
    expect(latest.of(node)).toContainEqual({ ...examplePending(7), node })
    expect(latest.of(nodeId('c'))).toEqual([])
  })

  it('has the newest head and no block that was asked for afterwards', () => {
    const latest = createLatest()
    const head = { ...exampleBlockObservation(5), node } as Observation
    latest.take(head)
    latest.take({ ...head, body: { ...head.body, historical: true } } as Observation)
    expect(latest.of(node)).toEqual([head])
  })

  it('has the last step of every alarm, of so many at most', () => {
    const latest = createLatest()
    latest.take(alarm('x'))
    latest.take(alarm('y'))
    latest.take(alarm('x', 'cleared'))
    expect(latest.of(node)).toEqual([alarm('y'), alarm('x', 'cleared')])
    for (let i = 0; i < 1000; i++) latest.take(alarm(`z${i}`))
    expect(latest.of(node)).toHaveLength(50)
    expect(latest.of(node).at(-1)).toEqual(alarm('z999'))
  })
})
