import { describe, expect, it } from 'vitest'
import { item, playAgent, types } from './test-support/play.ts'
import type { ServerFrame } from './write.ts'

const batches = (actions: readonly unknown[]): readonly unknown[] =>
  actions.flatMap((one) => {
    const { send, after, number, lines } = one as { send?: string; after: number; number: number; lines: string[] }
    return send === 'batch' ? [[number, after, ...lines.map((line) => Number(line.split(' ')[1]))]] : []
  })
const busy = (through: number, number: number, retryMs = 1000): ServerFrame => ({
  type: 'nack',
  through,
  number,
  reason: 'busy',
  retryMs,
})

describe('what is offered', () => {
  it('waits for company, and goes when that is late', () => {
    const play = playAgent()
    play.open()
    expect(play.offer(0, 1, 2)).toEqual([])
    play.pass(500)
    expect(play.offer(2, 3)).toEqual([])
    expect(batches(play.pass(500))).toEqual([[1, 0, 1, 2, 3]])
  })

  it('goes at once in full batches', () => {
    const play = playAgent()
    play.open()
    expect(batches(play.offer(0, 1, 2, 3, 4, 5, 6, 7))).toEqual([[1, 0, 1, 2, 3, 4, 5]])
    expect(play.session.queued).toBe(2)
  })

  it('goes at once with a block or an alarm, and all before it', () => {
    const play = playAgent()
    play.open()
    expect(
      batches(
        play
          .raw({ type: 'offer', after: 0, items: [item(1), item(2, 'block', '{}'), item(3)] })
          .map((a) =>
            a.type === 'send' ? { send: 'batch', after: 0, number: 1, lines: a.text.split('\n').slice(1) } : a,
          ),
      ),
    ).toEqual([[1, 0, 1, 2, 3]])
  })

  it('keeps within the bytes of a batch, also where they are more than characters', () => {
    const play = playAgent()
    play.open()
    const wide = (sequence: number) =>
      item(sequence, 'log', `{"severity":1,"source":"x","message":"${'€'.repeat(300)}"}`)
    const done = play.raw({ type: 'offer', after: 0, items: [wide(1), wide(2), wide(3), wide(4)] })
    for (const action of done)
      if (action.type === 'send') expect(Buffer.byteLength(action.text)).toBeLessThanOrEqual(2048)
    expect(play.session.inFlight + play.session.queued).toBe(4)
    expect(play.session.inFlight).toBeGreaterThan(0)
  })

  it('that is too large for a batch goes alone', () => {
    const play = playAgent()
    play.open()
    const large = (sequence: number) =>
      item(sequence, 'log', `{"severity":1,"source":"x","message":"${'x'.repeat(3000)}"}`)
    const done = play.raw({ type: 'offer', after: 0, items: [large(1), large(2), item(3)] })
    expect(done.filter(({ type }) => type === 'send')).toHaveLength(2)
  })

  it('stays within the window', () => {
    const play = playAgent()
    play.open({ window: 7 })
    expect(batches(play.offer(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))).toEqual([
      [1, 0, 1, 2, 3, 4, 5],
      [2, 5, 6, 7],
    ])
    expect([play.session.inFlight, play.session.room()]).toEqual([7, 0])
    expect(play.session.wakeAt()).toBeGreaterThan(play.at().mono)
    play.frame({ type: 'ack', through: 5 })
    expect(batches(play.pass(1000))).toEqual([[3, 7, 8, 9]])
  })

  it('waits for acks instead of going in crumbs', () => {
    const play = playAgent()
    play.open({ window: 20, limits: { batchItems: 19, batchBytes: 4096 } })
    const many = Array.from({ length: 20 }, (_, i) => i + 1)
    expect(batches(play.offer(0, ...many))).toHaveLength(1)
    expect(batches(play.pass(1500))).toEqual([])
    expect(play.session.wakeAt()).toBeGreaterThan(play.at().mono)
    expect(batches(play.frame({ type: 'ack', through: 19 }))).toEqual([[2, 19, 20]])
  })

  it('is asked for while there is room for it in bytes', () => {
    const play = playAgent({ flightBytes: 100 })
    play.open()
    play.offer(0, 1, 2, 3, 4, 5)
    expect(play.session.room()).toBe(0)
    play.frame({ type: 'ack', through: 5 })
    expect(play.session.room()).toBe(20)
  })

  it('must ascend', () => {
    const play = playAgent()
    play.open()
    expect(() => play.offer(0, 2, 2)).toThrow('offered after')
  })

  it('is acknowledged through', () => {
    const play = playAgent()
    play.open()
    play.offer(0, 1, 2, 3, 4, 5)
    expect(play.frame({ type: 'ack', through: 5 })).toEqual([{ type: 'acknowledged', through: 5 }])
    expect(play.frame({ type: 'ack', through: 5 }, { type: 'ack', through: 3 })).toEqual([])
  })
})

describe('a nack', () => {
  const sent = () => {
    const play = playAgent()
    play.open()
    play.offer(0, 1, 2, 3, 4, 5)
    play.offer(5, 6, 7, 8, 9, 10)
    return play
  }

  it('has the host read again, and nothing sent before the wait is over', () => {
    const play = sent()
    expect(play.frame(busy(5, 2))).toEqual([{ type: 'resend', after: 5, reason: 'busy' }])
    expect([play.session.room(), play.session.inFlight]).toEqual([0, 5])
    expect(play.offer(10, 11)).toEqual([])
    expect(play.offer(5, 6, 7, 8, 9, 10)).toEqual([])
    expect(play.session.wakeAt()).toBe(1000)
    expect(batches(play.pass(1000))).toEqual([[3, 5, 6, 7, 8, 9, 10]])
  })

  it('wakes the host where there is nothing to send yet', () => {
    const play = sent()
    play.frame(busy(0, 2, 300))
    play.pass(300)
    expect(play.session.room()).toBe(20)
  })

  it('for what was sent before the session went back is not heard again', () => {
    const play = sent()
    play.frame(busy(5, 1, 0))
    expect(play.frame(busy(5, 2, 0))).toEqual([])
    expect(play.frame(busy(0, 2, 0))).toEqual([{ type: 'resend', after: 0, reason: 'busy' }])
  })

  it('of a reason nobody knows is like any other', () => {
    expect(types(sent().frame({ type: 'nack', through: 0, number: 2, reason: 'eclipse', retryMs: 0 }))).toEqual([
      'resend',
    ])
  })

  it('that calls our batches malformed again and again ends the session', () => {
    const play = sent()
    for (let number = 2; number < 4; number++) {
      expect(types(play.frame({ type: 'nack', through: 0, number, reason: 'malformed', retryMs: 0 }))).toEqual([
        'resend',
      ])
      play.pass(100)
      play.offer(0, 1, 2, 3, 4, 5)
    }
    expect(play.frame({ type: 'nack', through: 0, number: 4, reason: 'malformed', retryMs: 0 })).toMatchObject([
      { send: 'bye' },
      { how: 'lost' },
    ])
  })

  it('that cannot be true ends the session: nothing may be released for it', () => {
    const lost = [{ send: 'bye' }, { type: 'end', how: 'lost', code: 1002 }]
    expect(sent().frame({ type: 'ack', through: 11 })).toMatchObject(lost)
    expect(sent().frame(busy(11, 2))).toMatchObject(lost)
    expect(sent().frame(busy(5, 3))).toMatchObject(lost)
    expect(sent().frame({ type: 'ack', through: 5 }, busy(0, 2)).slice(1)).toMatchObject(lost)
  })

  it('may be followed by the ack of what it gave back', () => {
    const play = sent()
    play.frame(busy(0, 2, 0))
    expect(play.frame({ type: 'ack', through: 10 })).toEqual([
      { type: 'acknowledged', through: 10 },
      { type: 'resend', after: 10, reason: 'acknowledged' },
    ])
  })
})

describe('credit', () => {
  it('stops the agent at 0 and lets it go on', () => {
    const play = playAgent()
    play.open()
    play.frame({ type: 'credit', window: 0 })
    expect([play.session.room(), play.offer(0, 1, 2, 3, 4, 5)]).toEqual([0, []])
    expect(play.session.wakeAt()).toBeGreaterThan(play.at().mono)
    expect(batches(play.frame({ type: 'credit', window: 10 }))).toEqual([[1, 0, 1, 2, 3, 4, 5]])
  })
})

describe('what is so now', () => {
  it('is sent at once, in frames within the limits, and is not in flight', () => {
    const play = playAgent()
    play.open()
    const done = play.take({ type: 'now', items: [1, 2, 3, 4, 5, 6].map((n) => item(n)) })
    expect(done.map((one) => (one as { lines: string[] }).lines.length)).toEqual([5, 1])
    expect(play.session.inFlight).toBe(0)
  })
})
