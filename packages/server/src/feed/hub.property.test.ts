import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeColumn, Topic } from '@netstats/protocol/feed'
import type { CoreInput } from '../shard/inputs.ts'
import { unixMs } from '@netstats/protocol'
import { isEqual } from './diff.ts'
import { createTestClient } from './testing/client.ts'
import type { TestClient } from './testing/client.ts'
import { createRig } from './testing/rig.ts'
import type { Rig } from './testing/rig.ts'
import { blockOf, connected, hashOf, nodeName, observed } from './testing/traffic.ts'

// The promise of the feed: whatever happens between, a client that applies what it is sent holds what a fresh snapshot
// holds. Everything here is real but the clock and the wire.

const network = fc.constantFrom('1337', '1337', '1337', '1337', '1337', '1337', '7', 'unknown')
const window = fc.record({
  sort: fc.constantFrom<NodeColumn>('name', 'blockNumber', 'propagationMs', 'state', 'peers', 'lastSeenAt', 'behind'),
  descending: fc.boolean(),
  filter: fc.constantFrom('', 'geth', 'state:active', '-besu behind:<2', 'peers:>2'),
  offset: fc.integer({ min: 0, max: 3 }),
  limit: fc.integer({ min: 0, max: 4 }),
  pinned: fc.uniqueArray(fc.constantFrom('node-0', 'node-3', 'nobody'), { maxLength: 2 }),
})
const topic: fc.Arbitrary<Topic> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ topic: fc.constant('nodes' as const), network, window }) },
  { weight: 1, arbitrary: fc.constant({ topic: 'networks' as const }) },
  { weight: 1, arbitrary: fc.record({ topic: fc.constant('summary' as const), network }) },
  {
    weight: 1,
    arbitrary: fc.record({
      topic: fc.constant('node' as const),
      network,
      node: fc.integer({ min: 0, max: 5 }).map(nodeName),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ topic: fc.constant('blocks' as const), network, limit: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      topic: fc.constant('block' as const),
      network,
      hash: fc.integer({ min: 100, max: 104 }).map((n) => hashOf(n)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ topic: fc.constant('map' as const), network }) },
)

type Step =
  | { readonly do: 'input'; readonly make: (at: number) => CoreInput }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'subscribe'; readonly client: number; readonly id: number; readonly topic: Topic }
  | {
      readonly do: 'unsubscribe' | 'stall' | 'drain' | 'disconnect' | 'connect'
      readonly client: number
      readonly id: number
    }

const node = fc.integer({ min: 0, max: 5 })
const client = fc.integer({ min: 0, max: 1 })
const id = fc.integer({ min: 1, max: 3 })
const input = (arb: fc.Arbitrary<(at: number) => CoreInput>): fc.Arbitrary<Step> =>
  arb.map((make) => ({ do: 'input' as const, make }))
// Steps of work at each step of the clock: what clients do and nodes say comes in the middle of a round then.
const pieces = fc.constantFrom(undefined, 1, 3)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: input(
      fc.tuple(node, fc.constantFrom('1337', '1337', '1337', '1337', '7', undefined)).map(
        ([i, n]) =>
          (at) =>
            connected(i, at, n),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: input(
      fc.tuple(node, network).map(([i, n]) => (at) => ({
        type: 'disconnected',
        at: unixMs(at),
        node: nodeName(i),
        network: n,
      })),
    ),
  },
  {
    weight: 6,
    arbitrary: input(
      fc.tuple(node, network, fc.integer({ min: 100, max: 106 }), fc.integer({ min: 0, max: 1 }), fc.boolean()).map(
        ([i, n, number, fork, old]) =>
          (at) =>
            observed(i, at, n, { kind: 'block', body: { ...blockOf(number, fork), ...(old && { historical: true }) } }),
      ),
    ),
  },
  {
    weight: 3,
    arbitrary: input(
      fc.tuple(node, network, fc.integer({ min: 0, max: 9 }), fc.boolean()).map(
        ([i, n, peers, active]) =>
          (at) =>
            observed(i, at, n, { kind: 'node-stats', body: { active, peers, syncing: peers > 7 } }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: input(
      fc.tuple(node, network, fc.integer({ min: 0, max: 50 })).map(
        ([i, n, pending]) =>
          (at) =>
            observed(i, at, n, { kind: 'pending', body: { pending } }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: input(
      fc.tuple(node, network, fc.integer({ min: 0, max: 2 })).map(([i, n, g]) => (at) => ({
        type: 'genesis',
        at: unixMs(at),
        network: n,
        node: nodeName(i),
        genesis: hashOf(g, 9),
      })),
    ),
  },
  {
    weight: 8,
    arbitrary: fc
      .constantFrom(10, 125, 125, 250, 250, 400, 1300, 1300, 6000, 40_000)
      .map((ms) => ({ do: 'pass' as const, ms })),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('subscribe' as const), client, id, topic }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom<'unsubscribe' | 'stall' | 'drain' | 'disconnect' | 'connect'>(
        'unsubscribe',
        'stall',
        'drain',
        'disconnect',
        'connect',
      ),
      client,
      id,
    }),
  },
)

const run = (rig: Rig, clients: readonly TestClient[], one: Step): void => {
  if (one.do === 'input') return rig.apply(one.make(rig.now()))
  if (one.do === 'pass') return rig.pass(one.ms)
  const who = clients[one.client] as TestClient
  switch (one.do) {
    case 'subscribe':
      return who.subscribe(rig.hub, one.id, one.topic)
    case 'unsubscribe':
      return who.unsubscribe(rig.hub, one.id)
    case 'stall':
      return who.viewer === undefined ? undefined : who.stall()
    case 'drain':
      return who.drain()
    case 'disconnect':
      return who.disconnect(rig.hub)
    case 'connect':
      return who.viewer === undefined || who.viewer.closed ? (who.disconnect(rig.hub), who.connect(rig.hub)) : undefined
  }
}

const limits = {
  // Small enough that stalled clients are put off and rings run over.
  bufferedBytes: 600,
  replay: { count: 6, bytes: 8000 },
  requests: { perSecond: 1e6, burst: 1e6 },
  workShare: 1,
}

/** What all runs of a property came across: a run that never saw a resume would prove nothing about resumes. */
const tally = (into: Map<string, number>, rig: Rig): void => {
  for (const [key, n] of rig.counted) into.set(key, (into.get(key) ?? 0) + n)
}

const enough = [
  ['encodes delta', 1000],
  ['frames_sent snapshot', 1000],
  ['conflations', 20],
  ['resumes hit', 50],
  ['resumes miss', 50],
] as const

/** Every client's data where it stands must be the snapshot the hub gives to somebody who asks now. */
const checkAgainst = (who: TestClient, hub: Rig['hub'], samePoint: boolean): number => {
  const fresh = createTestClient()
  fresh.connect(hub, 'checker')
  let compared = 0
  for (const [id, mine] of who.state.subscriptions) {
    fresh.subscribe(hub, id, mine.request)
    const theirs = fresh.state.subscriptions.get(id)
    if (theirs?.data === undefined || mine.position === undefined) continue
    if (samePoint && !isEqual(mine.position, theirs.position)) continue
    expect(mine.data).toEqual(theirs.data)
    compared++
  }
  fresh.disconnect(hub)
  return compared
}

describe('a feed client', () => {
  it('holds exactly what a fresh snapshot holds, whatever happened', () => {
    let compared = 0
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), pieces, (steps, pieces) => {
        const rig = createRig(limits, {}, { pieces })
        const clients = [createTestClient(), createTestClient()]
        for (const who of clients) who.connect(rig.hub)
        for (const one of steps) {
          run(rig, clients, one)
          for (const who of clients) for (const sub of who.state.subscriptions.values()) expect(sub.gap).toBe(false)
        }
        for (const who of clients) {
          who.drain()
          if (who.viewer === undefined || who.viewer.closed) {
            who.disconnect(rig.hub)
            who.connect(rig.hub)
          }
        }
        rig.settle()
        for (const who of clients) {
          compared += checkAgainst(who, rig.hub, false)
          const another = rig.another()
          another.tick()
          compared += checkAgainst(who, another, false)
        }
        tally(seen, rig)
      }),
      { numRuns: 400 },
    )
    expect(compared).toBeGreaterThan(300)
    for (const [key, atLeast] of enough) expect([key, (seen.get(key) ?? 0) >= atLeast]).toEqual([key, true])
  })

  it('that is up to date never differs from what others are shown at that moment', () => {
    let compared = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), pieces, (steps, pieces) => {
        const rig = createRig(limits, {}, { pieces })
        const clients = [createTestClient(), createTestClient()]
        for (const who of clients) who.connect(rig.hub)
        for (const one of steps) {
          run(rig, clients, one)
          if (one.do !== 'pass') continue
          for (const who of clients) {
            if (who.viewer !== undefined && !who.viewer.closed) compared += checkAgainst(who, rig.hub, true)
          }
        }
      }),
      { numRuns: 200 },
    )
    expect(compared).toBeGreaterThan(200)
  })
})
