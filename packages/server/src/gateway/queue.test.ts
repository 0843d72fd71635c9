import { shedClasses } from '@netstats/protocol'
import type { ShedClass } from '@netstats/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createIngressQueue } from './queue.ts'
import type { QueueGroup, QueueLimits, QueueSource } from './queue-model.ts'

interface Source extends QueueSource {
  readonly name: string
}

const limits: QueueLimits = { items: 100, bytes: 10_000, sessionItems: 40, sessionBytes: 4000, sliceMs: 8 }

/** Time moves only when work is done: `costMs` a frame. Turns of the event loop happen when `turn` is called. */
const createStage = (given: Partial<QueueLimits> = {}, costMs = 1) => {
  let time = 0
  const deferred: (() => void)[] = []
  const worked: string[] = []
  const finished: string[] = []
  const pauses: string[] = []
  const queue = createIngressQueue<Source>({
    limits: { ...limits, ...given },
    receive: (source, text) => {
      time += costMs
      worked.push(`${source.name}:${text}`)
    },
    finished: (source) => void finished.push(source.name),
    setPaused: (source, paused) => void pauses.push(`${source.name}:${paused ? 'pause' : 'resume'}`),
    now: () => time,
    defer: (run) => void deferred.push(run),
  })
  const source = (name: string, group?: QueueGroup): Source => ({
    name,
    group,
    waiting: undefined,
    waitingBytes: 0,
    ended: false,
    paused: false,
  })
  return {
    queue,
    source,
    worked,
    finished,
    pauses,
    turn: () => {
      for (const run of deferred.splice(0)) run()
    },
    settle: () => {
      while (deferred.length > 0) for (const run of deferred.splice(0)) run()
    },
    /** Uses up the time of this turn, so that what follows waits. */
    busy: (one: Source) => {
      for (let i = 0; i < 8; i++) queue.offer(one, 'busy', 'block', 0)
      worked.length = 0
    },
  }
}

describe('queue', () => {
  it('works at once while there is time in the turn, and queues nothing', () => {
    const { queue, source, worked } = createStage()
    const one = source('a')
    for (let i = 0; i < 8; i++) queue.offer(one, String(i), 'block', 0)
    expect(worked).toHaveLength(8)
    expect(queue.items).toBe(0)
    expect(one.waiting).toBeUndefined()
  })

  it('lets others have their turn after a slice, and goes on then', () => {
    const { queue, source, worked, turn } = createStage()
    const one = source('a')
    for (let i = 0; i < 30; i++) queue.offer(one, String(i), 'block', 0)
    expect(worked).toHaveLength(8)
    turn()
    expect(worked).toHaveLength(16)
    turn()
    turn()
    expect(worked.map((entry) => entry.slice(2))).toEqual(Array.from({ length: 30 }, (_, i) => String(i)))
  })

  it('takes sessions in turn: one that sends much does not keep another waiting', () => {
    const stage = createStage()
    const [loud, quiet] = [stage.source('loud'), stage.source('quiet')]
    stage.busy(loud)
    for (let i = 0; i < 30; i++) stage.queue.offer(loud, String(i), 'block', 0)
    stage.queue.offer(quiet, 'x', 'block', 0)
    stage.turn()
    stage.turn()
    expect(stage.worked.indexOf('quiet:x')).toBeLessThanOrEqual(8)
  })

  it('gives up the lowest class first', () => {
    const stage = createStage({ sessionItems: 1000 })
    const sources = Array.from({ length: 10 }, (_, i) => stage.source(String(i)))
    stage.busy(sources[0] as Source)
    const admitted: Partial<Record<ShedClass, number>> = {}
    for (const shedClass of shedClasses) {
      for (let i = 0; i < 60; i++) {
        const before = stage.queue.items
        stage.queue.offer(sources[i % 10] as Source, 'x', shedClass, 0)
        admitted[shedClass] = (admitted[shedClass] ?? 0) + stage.queue.items - before
      }
    }
    expect(admitted).toEqual({ latency: 50, stats: 25, log: 15, block: 60, alarm: 50 })
    expect(stage.queue.sheds.latency.items).toBe(10)
    expect(stage.queue.sheds.block.items).toBe(0)
    expect(stage.queue.sheds.alarm.items).toBe(10)
  })

  it('asks a session to pause when half its share waits, and to go on when most is done', () => {
    const stage = createStage()
    const one = stage.source('a')
    stage.busy(one)
    for (let i = 0; i < 21; i++) stage.queue.offer(one, 'x', 'block', 0)
    expect(stage.pauses).toEqual(['a:pause'])
    stage.settle()
    expect(stage.pauses).toEqual(['a:pause', 'a:resume'])
  })

  it('finishes a session when its last frame is done', () => {
    const stage = createStage()
    const one = stage.source('a')
    stage.busy(one)
    stage.queue.offer(one, 'x', 'block', 0)
    stage.queue.end(one)
    stage.queue.end(one)
    expect(stage.finished).toEqual([])
    stage.settle()
    expect(stage.finished).toEqual(['a'])
  })

  it('tells when nothing waits any more', async () => {
    const stage = createStage()
    await stage.queue.drained()
    const one = stage.source('a')
    stage.busy(one)
    stage.queue.offer(one, 'x', 'block', 0)
    const drained = stage.queue.drained()
    stage.settle()
    await drained
    expect(stage.queue.bytes).toBe(0)
  })

  const step = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        source: fc.integer({ min: 0, max: 4 }),
        size: fc.integer({ min: 1, max: 3000 }),
        shedClass: fc.constantFrom(...shedClasses),
      }),
    },
    { weight: 1, arbitrary: fc.constant('turn' as const) },
  )

  it('stays within its bounds, keeps order within a session, loses nothing uncounted, and sheds in order of class', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const stage = createStage()
        const sources = Array.from({ length: 5 }, (_, i) => stage.source(String(i)))
        let offered = 0
        for (const one of steps) {
          if (one === 'turn') {
            stage.turn()
            continue
          }
          const source = sources[one.source] as Source
          const { items, bytes, sheds } = stage.queue
          const overOwn =
            (source.waiting?.length ?? 0) + 1 > limits.sessionItems ||
            source.waitingBytes + one.size > limits.sessionBytes
          const before = sheds[one.shedClass].items + sheds[one.shedClass].bytes
          stage.queue.offer(source, String(offered++).padEnd(one.size, '.'), one.shedClass, 0)
          const shed = sheds[one.shedClass].items + sheds[one.shedClass].bytes > before
          // A full queue that refuses this class would refuse every lower one too.
          if (shed && (one.shedClass === 'block' || one.shedClass === 'alarm')) {
            expect(items + 1 > 2 * limits.items || bytes + one.size > 2 * limits.bytes || overOwn).toBe(true)
          }
          expect(stage.queue.items).toBeLessThanOrEqual(2 * limits.items)
          expect(stage.queue.bytes).toBeLessThanOrEqual(2 * limits.bytes)
          expect(source.waiting?.length ?? 0).toBeLessThanOrEqual(limits.sessionItems)
        }
        stage.settle()
        const shed = Object.values(stage.queue.sheds).flatMap((reasons) => Object.values(reasons))
        expect(stage.worked.length + shed.reduce((sum, n) => sum + n, 0)).toBe(offered)
        expect([stage.queue.items, stage.queue.bytes]).toEqual([0, 0])
        for (const { name } of sources) {
          const order = stage.worked
            .filter((entry) => entry.startsWith(`${name}:`))
            .map((entry) => parseInt(entry.slice(2), 10))
          expect(order).toEqual(order.toSorted((a, b) => a - b))
        }
        for (const source of sources) expect([source.waiting, source.waitingBytes]).toEqual([undefined, 0])
      }),
      { numRuns: 300 },
    )
  })

  it('gives up what floods, not those of other networks beside it', () => {
    const { queue, source, busy } = createStage({ sessionItems: 1000, sessionBytes: 100_000 })
    const loud: QueueGroup = { items: 0, bytes: 0 }
    const quiet: QueueGroup = { items: 0, bytes: 0 }
    busy(source('x'))
    for (let session = 0; session < 20; session++) {
      const one = source(`loud-${session}`, loud)
      for (let i = 0; i < 20; i++) queue.offer(one, 'flood', 'block', 0)
    }
    expect(queue.sheds.block.items).toBe(200)
    const other = source('quiet', quiet)
    for (let i = 0; i < 30; i++) queue.offer(other, 'word', 'latency', 0)
    // A quarter of the queue, shared by two.
    expect(queue.sheds.latency.items).toBe(18)
    expect([loud.items, quiet.items, queue.items]).toEqual([200, 12, 212])
  })

  it('does not pause a quiet network for what floods', () => {
    const { queue, source, busy, pauses, settle } = createStage({ sessionItems: 1000, sessionBytes: 100_000 })
    const loud = { items: 0, bytes: 0 }
    busy(source('x'))
    for (let session = 0; session < 120; session++) queue.offer(source(`${session}`, loud), 'flood', 'block', 0)
    expect(pauses).toHaveLength(29)
    queue.offer(source('quiet', { items: 0, bytes: 0 }), 'word', 'block', 0)
    expect(pauses).not.toContain('quiet:pause')
    settle()
    expect(pauses).toHaveLength(58)
  })

  it('lets nobody go on while the queue is nearly full, and then those who waited longest', () => {
    const { queue, source, busy, pauses, turn } = createStage()
    busy(source('x'))
    for (let session = 0; session < 130; session++) queue.offer(source(`${session}`), 'block', 'block', 0)
    const paused = pauses.map((one) => one.split(':')[0])
    expect(paused).toHaveLength(39)
    pauses.length = 0
    while (queue.items > 74) {
      turn()
      expect(pauses).toEqual([])
    }
    turn()
    expect(queue.items).toBe(66)
    expect(pauses).toEqual(paused.slice(0, 32).map((name) => `${name}:resume`))
    turn()
    expect(pauses.slice(32)).toEqual(paused.slice(32).map((name) => `${name}:resume`))
  })

  it('gives up no block of sessions that stop when they are asked to, and lets all of them go on in the end', () => {
    // What a socket has read already comes after the pause, too: `inHand` frames of it.
    const arbitrary = fc.record({
      sessions: fc.integer({ min: 1, max: 30 }),
      inHand: fc.integer({ min: 0, max: 2 }),
      rounds: fc.array(fc.tuple(fc.nat({ max: 29 }), fc.boolean()), { minLength: 100, maxLength: 600 }),
      held: fc.boolean(),
    })
    fc.assert(
      fc.property(arbitrary, ({ sessions, inHand, rounds, held }) => {
        const stage = createStage()
        const left = new Map<Source, number>()
        const sources = Array.from({ length: sessions }, (_, i) => stage.source(String(i)))
        let offered = 0
        if (held) stage.queue.hold(true)
        for (const [index, turns] of rounds) {
          const source = sources[index % sessions] as Source
          if (source.paused && !left.has(source)) left.set(source, inHand)
          if (!source.paused) left.delete(source)
          const may = left.get(source) ?? 1
          if (may > 0) {
            left.set(source, may - 1)
            if (!source.paused) left.delete(source)
            stage.queue.offer(source, 'block', 'block', 0)
            offered++
          }
          if (turns) stage.turn()
        }
        stage.queue.hold(false)
        stage.settle()
        expect(stage.worked).toHaveLength(offered)
        expect(sources.filter(({ paused }) => paused)).toEqual([])
        expect(stage.pauses.filter((one) => one.endsWith('pause'))).toHaveLength(stage.pauses.length / 2)
      }),
      { numRuns: 300 },
    )
  })

  it('never lets more wait than twice its limits and a quarter, however many networks there are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 40 }), fc.constantFrom(...shedClasses)), { maxLength: 600 }),
        (offers) => {
          const { queue, source, busy, settle } = createStage({ items: 40, sessionItems: 1000, sessionBytes: 100_000 })
          const groups = new Map<number, Source>()
          busy(source('x'))
          for (const [group, shedClass] of offers) {
            if (!groups.has(group)) groups.set(group, source(`s${group}`, { items: 0, bytes: 0 }))
            queue.offer(groups.get(group)!, 'text', shedClass, 0)
            expect(queue.items).toBeLessThanOrEqual(90)
          }
          settle()
          expect([...groups.values()].every(({ group }) => group?.items === 0 && group.bytes === 0)).toBe(true)
        },
      ),
    )
  })
})
