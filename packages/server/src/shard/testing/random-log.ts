/** Random input logs for property tests: a few nodes, networks and branches, so that everything meets everything. */
import { nodeId, unixMs, unixSeconds } from '@netstats/protocol'
import type { Hash, NodeInfo, Observation, Wei } from '@netstats/protocol'
import fc from 'fast-check'
import type { CoreInput } from '../mod.ts'
import { begin, blockAt, hashOf } from './scenario.ts'

export const networkKeys = ['1', '1-aaaaaaaa', '1-bbbbbbbb', '2', '3', 'unknown', 'overflow', 'nowhere'] as const
const genesis = ['a', 'b'].map((digit) => `0x${digit.repeat(64)}` as Hash)
const huge = Number.MAX_SAFE_INTEGER

/** An input that happens `after` milliseconds after the one before it. */
export interface Step {
  readonly after: number
  readonly make: (at: number) => CoreInput
}

const node = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
// Most of the time on one network: a log that scatters its nodes shows little.
const network = fc.oneof({ weight: 15, arbitrary: fc.constant<string>('1') }, fc.constantFrom<string>(...networkKeys))
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T

const info: fc.Arbitrary<NodeInfo> = fc
  .record({
    name: fc.constantFrom('x', 'y', ''),
    networkId: fc.oneof({ weight: 6, arbitrary: fc.constant('1') }, maybe(fc.constantFrom('2', '3', '4', 'odd', '01'))),
    genesis: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, maybe(fc.constantFrom(...genesis))),
    client: maybe(fc.constantFrom('Geth/v1.16.3-stable/linux', 'besu/v25.1.0/linux', 'odd')),
  })
  .map((one) => without(one) as NodeInfo)

/** Short heights with forks, and now and then a height or time that no chain reaches. */
const block = fc
  .record({
    number: fc.oneof(
      { weight: 40, arbitrary: fc.integer({ min: 0, max: 24 }) },
      { weight: 40, arbitrary: fc.integer({ min: 8, max: 14 }) },
      { weight: 1, arbitrary: fc.constantFrom(huge, huge - 1, 1_000_000, 1_000_001) },
    ),
    branch: fc.integer({ min: 0, max: 3 }),
    switches: fc.boolean(),
    historical: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
    timestamp: fc.oneof(
      { weight: 30, arbitrary: fc.constant(undefined) },
      fc.constantFrom(0, huge, Math.floor(begin / 1000) + 10_000),
    ),
    parent: fc.oneof({ weight: 40, arbitrary: fc.constant('true') }, fc.constantFrom('unnamed', 'forged')),
  })
  .map(({ number, branch, switches, historical, timestamp, parent }) => {
    // One hash has one parent and one time, else it is a lie about a known block.
    const on = switches && branch > 0 && number % 3 === 0 ? branch - 1 : branch
    return blockAt(number, {
      branch: number % 3 === 0 && !switches ? branch + 4 : branch,
      on,
      ...(historical ? { historical } : {}),
      ...(timestamp === undefined ? {} : { timestamp: unixSeconds(timestamp) }),
      ...(parent === 'unnamed' ? { parentHash: hashOf(0) } : parent === 'forged' ? { parentHash: hashOf(huge) } : {}),
    })
  })

const body: fc.Arbitrary<Pick<Observation, 'kind' | 'body'>> = fc.oneof(
  { weight: 20, arbitrary: block.map((body) => ({ kind: 'block' as const, body })) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        active: fc.boolean(),
        syncing: maybe(fc.boolean()),
        peers: maybe(fc.nat(50)),
        gasPrice: maybe(fc.bigInt(0n, 2n ** 80n).map((wei) => wei as Wei)),
      })
      .map((stats) => ({ kind: 'node-stats' as const, body: without(stats) as { active: boolean } })),
  },
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((latencyMs) => ({ kind: 'latency' as const, body: { latencyMs } })),
  fc.constantFrom(0, 5, huge).map((pending) => ({ kind: 'pending' as const, body: { pending } })),
  info.map((body) => ({ kind: 'node-info' as const, body })),
  fc.tuple(block, fc.nat(1000)).map(([{ number, hash }, processingMs]) => ({
    kind: 'block-processing' as const,
    body: { number, hash, processingMs },
  })),
)

/** Most is live and says no time of its own. */
const when = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ mode: undefined, back: undefined }) },
  {
    weight: 2,
    arbitrary: fc.record({ mode: fc.constantFrom('live' as const, 'snapshot' as const), back: fc.nat(20_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ mode: fc.constant('replayed' as const), back: fc.integer({ min: -10, max: 9_000_000 }) }),
  },
)

const makes: fc.Arbitrary<(at: number) => CoreInput> = fc.oneof(
  {
    weight: 25,
    arbitrary: fc.tuple(network, node, body, when).map(([network, node, said, { mode, back }]) => (at: number) => ({
      type: 'observation' as const,
      at: unixMs(at),
      network,
      observation: { ...said, node: nodeId(node), observedAt: unixMs(at) } as Observation,
      ...(mode && { mode }),
      ...(back !== undefined && { seenAt: unixMs(Math.max(0, at - back)) }),
    })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(node, info).map(([node, info]) => (at: number) => ({
      type: 'connected' as const,
      at: unixMs(at),
      node,
      info,
      address: node === 'a' ? '127.0.0.1' : null,
    })),
  },
  fc.tuple(network, node).map(([network, node]) => (at: number) => ({
    type: 'disconnected' as const,
    at: unixMs(at),
    node,
    network,
  })),
  fc.tuple(network, node, fc.nat(500)).map(([network, node, roundTripMs]) => (at: number) => ({
    type: 'round-trip' as const,
    at: unixMs(at),
    network,
    node,
    roundTripMs,
  })),
  fc.tuple(network, node, fc.constantFrom(...genesis)).map(([network, node, genesis]) => (at: number) => ({
    type: 'genesis' as const,
    at: unixMs(at),
    network,
    node,
    genesis,
  })),
  { weight: 2, arbitrary: fc.constant((at: number) => ({ type: 'tick' as const, at: unixMs(at) })) },
)

const step: fc.Arbitrary<Step> = fc.record({
  after: fc.oneof({ weight: 20, arbitrary: fc.nat(900) }, fc.integer({ min: -5000, max: 40_000 })),
  make: makes,
})

/** Begins with four nodes on one network. */
export const randomLog = (maxLength = 200): fc.Arbitrary<readonly CoreInput[]> =>
  fc.array(step, { maxLength, size: 'max' }).map((steps) => {
    const log = ['a', 'b', 'c', 'd'].map(
      (node): CoreInput => ({
        type: 'connected',
        at: unixMs(begin),
        node,
        info: { name: node, networkId: '1' },
        address: null,
      }),
    )
    let at = begin
    for (const one of steps) log.push(one.make((at += one.after)))
    return log
  })
