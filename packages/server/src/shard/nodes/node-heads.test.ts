import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAppliedCollector } from '../applied.ts'
import { createShard, createShardCounts } from '../create-shard.ts'
import { defaultCoreOptions } from '../options.ts'
import { applyObservation } from '../reports.ts'
import type { Shard } from '../shard-state.ts'
import { begin, blockAt } from '../testing/scenario.ts'
import { moveNode } from './move.ts'
import { connectNode, disconnectNode, removeNode } from './node-table.ts'

type Step =
  | { readonly type: 'connect' | 'disconnect' | 'remove' | 'move'; readonly node: string }
  | { readonly type: 'stats'; readonly node: string; readonly active: boolean; readonly syncing: boolean }
  | {
      readonly type: 'block'
      readonly node: string
      readonly number: number
      readonly branch: number
      readonly historical: boolean
    }

const node = fc.constantFrom('a', 'b', 'c', 'd')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constantFrom('connect', 'connect', 'disconnect', 'remove', 'move'), node }),
  fc.record({ type: fc.constant('stats'), node, active: fc.boolean(), syncing: fc.boolean() }),
  fc.record({
    type: fc.constant('block'),
    node,
    number: fc.integer({ min: 1, max: 12 }),
    branch: fc.integer({ min: 0, max: 2 }),
    historical: fc.boolean(),
  }),
) as fc.Arbitrary<Step>

const shardOf = (key: string): Shard =>
  createShard(key, key, {
    // A short window: nodes fall below it, and blocks leave the tree under them.
    options: { ...defaultCoreOptions, windowHeights: 5, maxForksPerHeight: 2, maxSideBlocks: 4 },
    applied: createAppliedCollector(),
    counts: createShardCounts(),
  })

const take = (shard: Shard, other: Shard, said: Step, time: number): void => {
  const at = unixMs(time)
  if (said.type === 'connect') {
    connectNode(shard, said.node, { name: said.node, networkId: shard.key }, null, at)
    return
  }
  const record = shard.nodes.get(said.node)
  if (record === undefined) return
  const apply = (kind: 'node-stats' | 'block', body: object): void =>
    applyObservation(
      shard,
      record,
      { kind, node: nodeId(said.node), observedAt: at, body } as unknown as Observation,
      at,
    )
  switch (said.type) {
    case 'disconnect':
      return disconnectNode(shard, record, at)
    case 'remove':
      return removeNode(shard, record, 'asked', at)
    case 'move':
      return moveNode(shard, other, record, at)
    case 'stats':
      return apply('node-stats', { active: said.active, syncing: said.syncing })
    case 'block': {
      const { number, branch, historical } = said
      return apply('block', blockAt(number, { branch, ...(historical && { historical }) }))
    }
  }
}

/** What the counters say, and what a look at all nodes says. */
const counted = ({ tree, voters, candidates }: Shard) => ({
  voters,
  candidates: new Set([...candidates].map(({ hash }) => hash)),
  blocks: [...tree.byHash.values()].map(({ hash, refs, followers, votes }) => ({ hash, refs, followers, votes })),
})
const recounted = ({ tree, nodes }: Shard): ReturnType<typeof counted> => {
  const all = [...nodes.values()]
  const active = all.filter((one) => one.state === 'active' && one.block !== null)
  const voting = active.filter((one) => one.syncing !== true)
  return {
    voters: voting.length,
    candidates: new Set(voting.flatMap((one) => (one.block === null ? [] : [one.block.hash]))),
    blocks: [...tree.byHash.values()].map((block) => ({
      hash: block.hash,
      refs: all.filter((one) => one.block === block).length,
      followers: active.filter((one) => one.block === block).length,
      votes: voting.filter((one) => one.block === block).length,
    })),
  }
}

describe('counters of who stands on a block', () => {
  it('are what a look at all nodes would give, whatever nodes do, and no block that one stands on is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 80 }), (steps) => {
        const [one, two] = [shardOf('1'), shardOf('2')]
        steps.forEach(([said, inOne], i) => {
          if (inOne) take(one, two, said, begin + i * 1000)
          else take(two, one, said, begin + i * 1000)
          for (const shard of [one, two]) {
            expect(counted(shard)).toEqual(recounted(shard))
            for (const { block } of shard.nodes.values())
              if (block !== null) expect(shard.tree.byHash.get(block.hash)).toBe(block)
          }
        })
      }),
      { numRuns: 300 },
    )
  })
})
