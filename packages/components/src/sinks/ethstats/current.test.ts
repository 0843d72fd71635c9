import { nodeId, unixMs } from '@netstats/protocol'
import type { Hash, NodeInfo, Observation } from '@netstats/protocol'
import { exampleBlock } from '@netstats/sdk/testing'
import { describe, expect, it } from 'vitest'
import { createCurrent } from './current.ts'

const now = unixMs(1_767_225_600_000)
const node = nodeId('alpha')
const before = (ms: number) => unixMs(now - ms)

const block = (n: number, ageMs: number, more: object = {}): Observation => ({
  kind: 'block',
  node,
  observedAt: before(ageMs),
  body: { ...exampleBlock(n), ...more },
})
const info = (more: Partial<NodeInfo>): Observation => ({
  kind: 'node-info',
  node,
  observedAt: now,
  body: { name: 'alpha', ...more },
})

describe('the newest state of a node', () => {
  it('is empty at first', () => {
    const current = createCurrent(node)
    expect([current.info(), current.head(now), current.stats(now), current.pending(now)]).toEqual(
      Array(4).fill(undefined),
    )
  })

  it('holds the last of each, and nothing of other nodes', () => {
    const current = createCurrent(node)
    current.take(block(1, 0))
    current.take(block(2, 0))
    current.take({ ...block(9, 0), node: nodeId('beta') })
    current.take({ kind: 'pending', node, observedAt: now, body: { pending: 7 } })
    current.take({ kind: 'node-stats', node, observedAt: now, body: { active: true } })
    expect(current.head(now)?.number).toBe(2)
    expect(current.pending(now)).toEqual({ value: 7, at: now })
    expect(current.stats(now)?.value).toEqual({ active: true })
  })

  it('takes no block for the head that was asked for afterwards', () => {
    const current = createCurrent(node)
    current.take(block(5, 0))
    current.take(block(3, 0, { historical: true }))
    expect(current.height()).toBe(5)
  })

  it('forgets states after a minute', () => {
    const current = createCurrent(node)
    current.take({ kind: 'node-stats', node, observedAt: before(60_001), body: { active: true } })
    current.take({ kind: 'pending', node, observedAt: before(60_000), body: { pending: 1 } })
    expect(current.stats(now)).toBeUndefined()
    expect(current.pending(now)?.value).toBe(1)
  })

  it('keeps the head of a chain that stands still, as long as the node is heard of', () => {
    const current = createCurrent(node)
    current.take(block(5, 7_200_000))
    expect(current.head(now)).toBeUndefined()
    current.take({ kind: 'node-stats', node, observedAt: before(1000), body: { active: true } })
    expect(current.head(now)?.number).toBe(5)
  })

  it('drops the head when the node moves to another network', () => {
    const current = createCurrent(node)
    current.take(info({ genesis: `0x${'1'.repeat(64)}` as Hash }))
    current.take(block(5, 0))
    current.take(info({ genesis: `0x${'1'.repeat(64)}` as Hash, client: 'Geth/v2' }))
    expect(current.head(now)?.number).toBe(5)
    current.take(info({ genesis: `0x${'2'.repeat(64)}` as Hash }))
    expect(current.head(now)).toBeUndefined()
  })
})
