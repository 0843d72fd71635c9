/**
 * The delivery promise: whatever is lost, repeated, turned round or cut, what is acknowledged is stored, everything is
 * stored once and in order, and it goes on when the faults stop.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBody } from '../observation.ts'
import { limits } from './limits.ts'
import type { WritableItem } from './messages.ts'
import { faulty, forging, honest, observe, run, steps, tampering, textOf } from './test-support/steps.ts'
import type { Step } from './test-support/steps.ts'
import { createWorld } from './test-support/world.ts'
import type { World, WorldOptions } from './test-support/world.ts'

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
  expect(world.ends.filter((how) => how === 'faults' || how === 'overrun' || how === 'forked')).toEqual([])
}

/** The faults stop: anyone who interfered is gone, and everything that is left arrives. */
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

const options = (keyed: boolean): fc.Arbitrary<WorldOptions> =>
  fc.record({
    keyed: fc.constant(keyed),
    window: fc.constantFrom(1, 5, 20, 100),
    batchItems: fc.constantFrom(1, 3, 10),
    lingerMs: fc.constantFrom(0, 50, 1000),
    promptReads: fc.boolean(),
  })

/** More for a long run: `NETSTATS_MODEL_RUNS=20 npx vitest run …`. */
const times = Number(process.env['NETSTATS_MODEL_RUNS'] ?? 1)
const patience = 300_000 * times

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
  it(
    'is stored once, in order, before it is acknowledged, whatever cuts, restarts and refusals there are',
    () => {
      fc.assert(fc.property(options(false), steps(honest, faulty), holds), { numRuns: 800 * times })
    },
    patience,
  )

  it(
    'is so with frames lost, repeated and turned round on top of it',
    () => {
      fc.assert(fc.property(options(false), steps(honest, faulty, tampering), holds), { numRuns: 600 * times })
    },
    patience,
  )

  it(
    'is so with frames forged, where the agent signs',
    () => {
      fc.assert(fc.property(options(true), steps(honest, faulty, tampering, forging), holds), { numRuns: 400 * times })
    },
    patience,
  )

  it(
    'needs no new connection as long as nobody interferes',
    () => {
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
        { numRuns: 300 * times },
      )
    },
    patience,
  )

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
