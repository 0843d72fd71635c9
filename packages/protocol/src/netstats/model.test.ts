/**
 * The delivery promise: whatever is lost, repeated, turned round or cut, what is acknowledged is stored, everything is
 * stored once and in order, and it goes on when the faults stop.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBody } from '../observation.ts'
import { limits } from './limits.ts'
import type { WritableItem } from './messages.ts'
import { createWorld } from './test-support/world.ts'
import type { World, WorldOptions } from './test-support/world.ts'

type Direction = 'up' | 'down'

type Step =
  | { readonly do: 'produce'; readonly kinds: readonly number[]; readonly gap: number }
  | { readonly do: 'deliver'; readonly direction: Direction; readonly frames: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'commit'; readonly chunks: number }
  | { readonly do: 'cut'; readonly who: 'both' | 'agent' | 'server' }
  | { readonly do: 'busy'; readonly value: boolean }
  | { readonly do: 'credit'; readonly window: number }
  | { readonly do: 'linger'; readonly ms: number }
  | { readonly do: 'drop'; readonly count: number }
  | {
      readonly do: 'tamper'
      readonly how: 'lose' | 'repeat' | 'swap' | 'corrupt'
      readonly direction: Direction
      readonly at: number
    }
  | { readonly do: 'connect' | 'giveUp' | 'offer' | 'save' | 'drain' | 'restartServer' | 'restartAgent' }

const hash = (n: number): string => `0x${n.toString(16).padStart(64, '0')}`
/** Of a few heights only, so that blocks repeat. */
const blockBody = (n: number): string =>
  `{"number":${n},"hash":"${hash(n)}","parentHash":"${hash(n - 1)}","timestamp":${n},"miner":"0x${'0'.repeat(40)}","gasUsed":0,"gasLimit":1,"difficulty":"2","transactions":0,"uncles":0}`

const observe =
  (kind: number) =>
  (sequence: number): WritableItem => {
    const observedAt = 1_000_000 + sequence
    if (kind === 0) return { sequence, observedAt, kind: 'block', body: blockBody(1 + (sequence % 3)) }
    if (kind === 1) return { sequence, observedAt, kind: 'log', body: { severity: 6, source: 'x', message: '\n — \n' } }
    return { sequence, observedAt, kind: 'pending', body: `{"pending":${sequence}}` }
  }

const textOf = ({ body }: WritableItem): string => (typeof body === 'string' ? body : JSON.stringify(body))

const tamper = (world: World, step: Extract<Step, { do: 'tamper' }>): void =>
  world.tamper(step.direction, (frames) => {
    const at = step.at % frames.length
    const frame = frames[at] ?? ''
    switch (step.how) {
      case 'lose':
        frames.splice(at, 1)
        return
      case 'repeat':
        frames.splice(at, 0, frame)
        return
      case 'swap':
        frames.splice(at, 2, ...frames.slice(at, at + 2).reverse())
        return
      case 'corrupt': {
        const digits = [...frame.matchAll(/\d/g)].map(({ index }) => index)
        const place = digits[(step.at * 7919) % digits.length] ?? 0
        frames[at] = `${frame.slice(0, place)}${frame[place] === '7' ? '8' : '7'}${frame.slice(place + 1)}`
      }
    }
  })

const run = (world: World, step: Step): void => {
  switch (step.do) {
    case 'produce':
      for (const kind of step.kinds) world.spool.produce(observe(kind), step.gap)
      world.fill()
      return
    case 'deliver':
      world.deliver(step.direction, step.frames)
      return
    case 'advance':
      world.advance(step.ms)
      return
    case 'commit':
      world.commit(step.chunks)
      return
    case 'cut':
      world.cut(step.who)
      return
    case 'busy':
      world.setBusy(step.value)
      return
    case 'credit':
      world.server({ type: 'credit', window: step.window })
      return
    case 'linger':
      world.server({ type: 'intervals', intervals: { reportMs: 15_000, lingerMs: step.ms, pingMs: 10_000 } })
      return
    case 'drop':
      world.spool.dropOldest(step.count)
      return
    case 'tamper':
      tamper(world, step)
      return
    case 'connect':
      world.connect()
      return
    case 'giveUp':
      world.giveUp()
      return
    case 'offer':
      world.offerRead()
      return
    case 'save':
      world.spool.save()
      return
    case 'drain':
      world.server({ type: 'drain', reason: 'restart', retryMs: 100 })
      return
    case 'restartServer':
      world.restartServer()
      return
    case 'restartAgent':
      world.restartAgent()
  }
}

/** What must hold at any moment. */
const check = (world: World): void => {
  const { spool, core } = world
  const sent = new Map(spool.produced.map((item) => [item.sequence, item]))
  let before = 0
  const stored = new Set<number>()
  for (const { sequence, observation } of core.stored) {
    if (sequence <= before) throw new Error(`${sequence} is stored after ${before}`)
    before = sequence
    stored.add(sequence)
    const item = sent.get(sequence)
    if (item?.kind !== observation.kind || item.observedAt !== observation.observedAt)
      throw new Error(`${sequence} is stored as something else`)
    if (encodeBody(observation) !== textOf(item)) throw new Error(`${sequence} is stored with another body`)
  }
  for (const { sequence } of spool.produced) {
    if (stored.has(sequence) || spool.dropped.has(sequence)) continue
    if (sequence <= spool.cursor) throw new Error(`${sequence} is acknowledged and not stored`)
    if (sequence <= core.through) throw new Error(`the store is said to be complete through ${sequence} and is not`)
  }
  expect(world.oddities).toEqual([])
  expect(world.ends.filter((how) => how === 'faults' || how === 'overrun' || how === 'stale-spool')).toEqual([])
}

/** The faults stop: whoever interfered is gone, and everything that is left arrives. */
const heal = (world: World): number => {
  world.setBusy(false)
  if (world.link()?.tampered === true) world.cut('both')
  world.server({ type: 'credit', window: 50 })
  for (let round = 1; round <= 400; round++) {
    world.connect()
    world.offerRead()
    world.deliver('up', 1000)
    world.commit(1000)
    world.advance(100)
    world.deliver('down', 1000)
    check(world)
    if (world.spool.cursor >= lastHeld(world)) return round
    // A connection that only one end believes in is found dead by its silence.
    if (round === 300) throw new Error(`stuck: ${JSON.stringify([world.spool.cursor, world.spool.last])}`)
    if (round % 50 === 0) world.advance(20_000)
  }
  return Infinity
}

/** The last observation that can still arrive. */
const lastHeld = ({ spool }: World): number =>
  spool.produced.findLast(({ sequence }) => !spool.dropped.has(sequence) || sequence <= spool.cursor)?.sequence ?? 0

const direction = fc.constantFrom<Direction>('up', 'down')
const some = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(1000))

const honest: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('produce' as const),
      kinds: fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
      gap: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('deliver' as const), direction, frames: some }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 100, 600, 5000, 11_000) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const), chunks: some }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('connect', 'connect', 'offer', 'save') }) },
]

const faulty: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('cut' as const), who: fc.constantFrom('both', 'agent', 'server') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('busy' as const), value: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('credit' as const), window: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('linger' as const), ms: fc.constantFrom(0, 50, 2000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('giveUp', 'drain', 'restartServer', 'restartAgent') }) },
]

const tampering: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('tamper' as const),
      how: fc.constantFrom('lose', 'repeat', 'swap'),
      direction,
      at: fc.nat(10),
    }),
  },
]

/** Only signatures can tell a frame that was changed on its way. */
const forging: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('tamper' as const),
      how: fc.constant('corrupt' as const),
      direction: fc.constant('up' as const),
      at: fc.nat(),
    }),
  },
]

const options = (keyed: boolean): fc.Arbitrary<WorldOptions> =>
  fc.record({
    keyed: fc.constant(keyed),
    window: fc.constantFrom(1, 5, 20, 100),
    batchItems: fc.constantFrom(1, 3, 10),
    lingerMs: fc.constantFrom(0, 50, 1000),
    promptReads: fc.boolean(),
  })

/** Long enough that several faults meet each other. */
const steps = (...choices: readonly (readonly fc.WeightedArbitrary<Step>[])[]): fc.Arbitrary<readonly Step[]> =>
  fc.array(fc.oneof(...choices.flat()), { minLength: 5, maxLength: 120, size: 'max' })

const holds = (given: WorldOptions, played: readonly Step[]): void => {
  const world = createWorld(given)
  world.connect()
  for (const step of played) {
    run(world, step)
    world.tick()
    check(world)
  }
  heal(world)
  const { spool, core } = world
  const expected = spool.produced.map(({ sequence }) => sequence).filter((n) => !spool.dropped.has(n))
  const stored = core.stored.map(({ sequence }) => sequence)
  expect(stored.filter((n) => !spool.dropped.has(n))).toEqual(expected)
}

describe('what an agent sends', () => {
  it('is stored once, in order, before it is acknowledged, whatever cuts, restarts and refusals there are', () => {
    fc.assert(fc.property(options(false), steps(honest, faulty), holds), { numRuns: 1500 })
  })

  it('is so with frames lost, repeated and turned round on top of it', () => {
    fc.assert(fc.property(options(false), steps(honest, faulty, tampering), holds), { numRuns: 1000 })
  })

  it('is so with frames forged, where the agent signs', () => {
    fc.assert(fc.property(options(true), steps(honest, faulty, tampering, forging), holds), { numRuns: 600 })
  })

  it('needs no new connection as long as nobody interferes', () => {
    const calm = honest.filter((_, i) => i !== 4)
    const trouble = faulty.filter((_, i) => i === 1 || i === 2 || i === 3)
    const giveUp: fc.WeightedArbitrary<Step> = { weight: 2, arbitrary: fc.constant({ do: 'giveUp' }) }
    fc.assert(
      fc.property(options(false), steps(calm, trouble, [giveUp]), (given, played) => {
        const world = createWorld(given)
        world.connect()
        const link = world.link()
        for (const step of played) {
          // Nobody is silent for so long that it would be taken for dead.
          run(world, step.do === 'advance' && step.ms > 5000 ? { do: 'advance', ms: 100 } : step)
          world.deliver('up', 3)
          world.deliver('down', 3)
          check(world)
        }
        heal(world)
        expect(world.link()).toBe(link)
        expect(world.ends).toEqual([])
      }),
      { numRuns: 600 },
    )
  })

  it('may be cut after any number of frames either way', () => {
    for (let up = 0; up < 30; up++) {
      for (let down = 0; down < 12; down++) {
        const world = createWorld({ keyed: up % 2 === 1, window: 20, batchItems: 3, lingerMs: 0, promptReads: true })
        for (let n = 0; n < 40; n++) world.spool.produce(observe(n % 4), 0)
        world.connect()
        let [upLeft, downLeft] = [up, down]
        for (let round = 0; round < 60; round++) {
          if (upLeft-- > 0) world.deliver('up', 1)
          if (downLeft-- > 0) world.deliver('down', 1)
          world.commit(1)
          world.tick()
          check(world)
        }
        world.cut('both')
        heal(world)
        expect(world.core.stored.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
      }
    }
  })

  it('of one observation above all bounds is passed over, and does not hold up the rest', () => {
    const world = createWorld({ keyed: false, window: 20, batchItems: 3, lingerMs: 0, promptReads: true })
    const huge = (sequence: number): WritableItem => ({
      sequence,
      observedAt: 1_000_000 + sequence,
      kind: 'log',
      body: `{"severity":1,"source":"x","message":"${'x'.repeat(limits.frameBytes)}"}`,
    })
    for (const item of [observe(2), huge, observe(2), huge]) world.spool.produce(item, 0)
    world.connect()
    for (let round = 0; round < 20; round++) {
      world.deliver('up', 10)
      world.commit(10)
      world.advance(10)
      world.deliver('down', 10)
    }
    expect(world.core.stored.map(({ sequence }) => sequence)).toEqual([1, 3])
    expect(world.spool.cursor).toBe(4)
  })
})
