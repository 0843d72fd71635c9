import * as fc from 'fast-check'
import { unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { hear, reviewNode } from './activity.ts'
import type { Change } from './model.ts'
import { createNode } from './node-record.ts'
import { connectNode, disconnectNode } from './node-table.ts'
import { defaultCoreOptions } from './options.ts'
import { addReview, createReviews, removeReview, reviewDue } from './reviews.ts'
import { createShard, createShardCounts } from './shard-state.ts'

const names = ['a', 'b', 'c']

const shardOf = (silentAfterMs: number) => {
  const told: Change[] = []
  const options = { ...defaultCoreOptions, silentAfterMs }
  const emit = (change: Change): void => void told.push(change)
  return { told, shard: createShard('1', '1', { options, emit, counts: createShardCounts() }) }
}

describe('reviews', () => {
  it('look at new nodes, at those that are due, and at nobody who is gone', () => {
    const reviews = createReviews()
    const nodes = Array.from({ length: 200 }, (_, slot) => createNode(`n${slot}`, slot, 0))
    for (const node of nodes) addReview(reviews, node)
    const look = (at: number): number[] => {
      const seen: number[] = []
      reviewDue(reviews, at, ({ slot }) => {
        seen.push(slot)
        return at + 10 + slot
      })
      return seen
    }
    expect(look(1000)).toHaveLength(200)
    expect(look(1009)).toEqual([])
    removeReview(reviews, nodes[1]!)
    expect(look(1012)).toEqual([0, 2])
    expect(look(500)).toHaveLength(199)
  })

  it('miss nothing that a look at every node each second would see, whatever the clock does', () => {
    const step = fc.record({
      passMs: fc.oneof({ weight: 20, arbitrary: fc.constant(1000) }, fc.integer({ min: -90_000, max: 90_000 })),
      speaks: fc.subarray(names),
      leaves: fc.subarray(names, { maxLength: 1 }),
    })
    const steps = fc.array(step, { maxLength: 150, size: 'max' })
    fc.assert(
      fc.property(fc.integer({ min: 3000, max: 80_000 }), steps, (silentAfterMs, all) => {
        const [due, every] = [shardOf(silentAfterMs), shardOf(silentAfterMs)]
        let at = unixMs(1_000_000_000)
        for (const { passMs, speaks, leaves } of all) {
          at = unixMs(at + passMs)
          for (const { shard } of [due, every]) {
            for (const id of speaks)
              hear(shard, shard.nodes.get(id) ?? connectNode(shard, id, { name: id }, null, at)!, at)
            for (const id of leaves) {
              const node = shard.nodes.get(id)
              if (node !== undefined) disconnectNode(shard, node, at)
            }
          }
          reviewDue(due.shard.reviews, at, (node) => reviewNode(due.shard, node, at))
          for (const node of every.shard.nodes.values()) reviewNode(every.shard, node, at)
          expect(due.told).toEqual(every.told)
          for (const [id, { uptime, uptimeAt }] of every.shard.nodes)
            expect(due.shard.nodes.get(id)).toMatchObject({ uptime, uptimeAt })
        }
      }),
    )
  })
})
