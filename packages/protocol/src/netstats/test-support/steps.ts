/** What may happen in a world, one thing after the other. */
import * as fc from 'fast-check'
import type { WritableItem } from '../messages.ts'
import type { World } from './world.ts'

type Direction = 'up' | 'down'

export type Step =
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

export const observe =
  (kind: number) =>
  (sequence: number): WritableItem => {
    const observedAt = 1_000_000 + sequence
    if (kind === 0) return { sequence, observedAt, kind: 'block', body: blockBody(1 + (sequence % 3)) }
    if (kind === 1) return { sequence, observedAt, kind: 'log', body: { severity: 6, source: 'x', message: '\n — \n' } }
    return { sequence, observedAt, kind: 'pending', body: `{"pending":${sequence}}` }
  }

export const textOf = ({ body }: WritableItem): string => (typeof body === 'string' ? body : JSON.stringify(body))

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

export const run = (world: World, step: Step): void => {
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

const direction = fc.constantFrom<Direction>('up', 'down')
const some = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(1000))

export const honest: readonly fc.WeightedArbitrary<Step>[] = [
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

export const faulty: readonly fc.WeightedArbitrary<Step>[] = [
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

export const tampering: readonly fc.WeightedArbitrary<Step>[] = [
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
export const forging: readonly fc.WeightedArbitrary<Step>[] = [
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

/** Long enough that several faults meet each other. */
export const steps = (...choices: readonly (readonly fc.WeightedArbitrary<Step>[])[]): fc.Arbitrary<readonly Step[]> =>
  fc.array(fc.oneof(...choices.flat()), { minLength: 5, maxLength: 120, size: 'max' })
