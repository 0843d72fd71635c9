import * as fc from 'fast-check'
import { unixMs } from '@netstats/protocol'
import { describe, expect, it } from 'vitest'
import { hear, checkNode } from './nodes/activity.ts'
import type { Change } from './changes.ts'
import { createNode } from './nodes/node-record.ts'
import { connectNode, disconnectNode } from './nodes/node-table.ts'
import { defaultCoreOptions } from './options.ts'
import { addTimeout, createTimeouts, removeTimeout, checkTimeouts } from './timeouts.ts'
import { createAppliedCollector } from './applied.ts'
import { createShard, createShardCounts } from './create-shard.ts'

const names = ['a', 'b', 'c']

const shardOf = (silentAfterMs: number) => {
  const told: Change[] = []
  const options = { ...defaultCoreOptions, silentAfterMs }
  const applied = { ...createAppliedCollector(), change: (change: Change) => void told.push(change) }
  return { told, shard: createShard('1', '1', { options, applied, counts: createShardCounts() }) }
}

describe('timeouts', () => {
  it('look at new nodes, at those that are due, and at nobody who is gone', () => {
    const timeouts = createTimeouts()
    const nodes = Array.from({ length: 200 }, (_, slot) => createNode(`n${slot}`, slot, 0))
    for (const node of nodes) addTimeout(timeouts, node)
    const look = (at: number): number[] => {
      const seen: number[] = []
      checkTimeouts(timeouts, at, ({ slot }) => {
        seen.push(slot)
        return at + 10 + slot
      })
      return seen
    }
    expect(look(1000)).toHaveLength(200)
    expect(look(1009)).toEqual([])
    removeTimeout(timeouts, nodes[1]!)
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
          checkTimeouts(due.shard.timeouts, at, (node) => checkNode(due.shard, node, at))
          for (const node of every.shard.nodes.values()) checkNode(every.shard, node, at)
          expect(due.told).toEqual(every.told)
          for (const [id, { uptime, uptimeAt }] of every.shard.nodes)
            expect(due.shard.nodes.get(id)).toMatchObject({ uptime, uptimeAt })
        }
      }),
    )
  })
})
