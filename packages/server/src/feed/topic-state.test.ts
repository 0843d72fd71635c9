import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Source } from './source.ts'
import { createTopicState } from './topic-state.ts'
import type { AnySource, TopicState } from './topic-state.ts'

/** A source of one number: its delta is the new number. */
const createNumber = (paceMs = 0) => {
  const source = { value: 0, urgency: 'no' as 'no' | 'soon' | 'now', ready: true, disposed: 0 }
  const as: Source<'summary'> = {
    paceMs,
    bytesPerSecond: 1_000_000,
    note: () => undefined,
    changed: () => source.urgency,
    get ready() {
      return source.ready
    },
    read: () => source.value as never,
    diff: (before, after) => (Object.is(before, after) ? undefined : after),
    [Symbol.dispose]: () => void source.disposed++,
  }
  return { source, as: as as unknown as AnySource }
}

const stateOf = (count = 4): TopicState =>
  createTopicState(3, 'key', { topic: 'summary', network: '1' }, { count, bytes: 10_000 })
const read = (frame: Buffer | undefined) =>
  frame && (JSON.parse(frame.toString()) as { seq: number; channel: number; id?: number; data: number; at: number })

describe('the state of a topic', () => {
  it('is live with the first look, then tells what changed under growing numbers', () => {
    const { source, as } = createNumber()
    const state = stateOf()
    expect([state.live, state.ready, state.stance(0)]).toEqual([false, false, 'settled'])
    state.attach(as)
    expect([state.live, state.ready, state.stance(0)]).toEqual([false, true, 'due'])
    expect(state.publish(10, 0)).toBeUndefined()
    expect(read(state.snapshot(5))).toMatchObject({ id: 5, channel: 3, seq: 0, at: 10, data: 0 })
    expect(state.publish(20, 1)).toBeUndefined()
    source.value = 1
    expect(read(state.publish(30, 2))).toMatchObject({ channel: 3, seq: 1, at: 30, data: 1 })
    expect(read(state.snapshot(5))).toMatchObject({ seq: 1, at: 30, data: 1 })
  })

  it('waits for its pace, unless it is urgent, and for a source that is not ready', () => {
    const { source, as } = createNumber(250)
    const state = stateOf()
    state.attach(as)
    source.ready = false
    expect(state.publish(0, 0)).toBeUndefined()
    expect(state.live).toBe(false)
    source.ready = true
    state.publish(0, 0)
    expect(state.stance(1)).toBe('settled')
    source.urgency = 'soon'
    expect([state.stance(249), state.stance(250)]).toEqual(['waits', 'due'])
    source.urgency = 'now'
    expect(state.stance(1)).toBe('due')
  })

  it('is another after its network went and came: nobody can go on across that', () => {
    const first = createNumber()
    const state = stateOf()
    state.attach(first.as)
    state.publish(0, 0)
    first.source.value = 1
    state.publish(0, 0)
    expect(state.missed(0)).toHaveLength(1)
    state.attach(undefined)
    expect([first.source.disposed, state.live, state.replayBytes]).toEqual([1, false, 0])
    expect([state.snapshot(1), state.missed(1)]).toEqual([undefined, undefined])
    state.attach(createNumber().as)
    state.publish(0, 0)
    expect(read(state.snapshot(1))).toMatchObject({ seq: 2, data: 0 })
    expect(state.missed(1)).toBeUndefined()
  })

  it('gives one who was away all that it missed, or nothing', () => {
    const act = fc.oneof(
      { weight: 5, arbitrary: fc.record({ set: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ replace: fc.boolean() }) },
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (acts, count) => {
        const state = stateOf(count)
        let current = createNumber()
        state.attach(current.as)
        state.publish(0, 0)
        /** What was shown under each number. */
        const shown = new Map<number, number>()
        for (const one of acts) {
          if ('replace' in one) {
            current = createNumber()
            state.attach(one.replace ? current.as : undefined)
          } else current.source.value = one.set
          state.publish(0, 0)
          const snapshot = read(state.snapshot(1))
          if (snapshot === undefined) continue
          expect(shown.get(snapshot.seq) ?? snapshot.data).toBe(snapshot.data)
          shown.set(snapshot.seq, snapshot.data)
          for (const [seq, data] of shown) {
            const missed = state.missed(seq)?.map(read)
            if (missed === undefined) continue
            expect(missed.map((delta) => delta?.seq)).toEqual(missed.map((_, i) => seq + 1 + i))
            expect(missed.at(-1)?.data ?? data).toBe(snapshot.data)
          }
        }
      }),
    )
  })
})
