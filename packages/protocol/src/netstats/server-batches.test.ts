import { describe, expect, it } from 'vitest'
import { batch, item, playServer, types } from './test-support/play.ts'

describe('batches', () => {
  it('are delivered with what they follow, and acknowledged when they are durable, once a tick', () => {
    const play = playServer()
    play.open()
    expect(play.frame(batch(0, 1, 1, 2))).toMatchObject([
      {
        type: 'deliver',
        batch: {
          after: 0,
          last: 2,
          count: 2,
          items: [{ sequence: 1, observation: { node: 'alpha-node' } }, { sequence: 2 }],
        },
      },
    ])
    play.frame(batch(2, 2, 5))
    expect(play.session.inFlight).toBe(3)
    expect(play.take({ type: 'durable', through: 2 })).toEqual([])
    expect(play.take({ type: 'durable', through: 5 })).toEqual([])
    expect(play.session.wakeAt()).toBe(-Infinity)
    expect(play.take({ type: 'tick' })).toEqual([{ send: 'ack', through: 5 }])
    expect(play.take({ type: 'tick' })).toEqual([])
    expect(play.session.inFlight).toBe(0)
  })

  it('are counted by what they took on the wire', () => {
    const play = playServer()
    play.open()
    const text = '{"type":"batch","after":0,"count":1,"number":1}\npending 1 5 {"pending":1}'
    expect(play.take({ type: 'frame', text, bytes: 33 })).toMatchObject([{ batch: { bytes: 33 } }])
  })

  it('are never acknowledged beyond what this connection brought', () => {
    const play = playServer()
    play.open({ through: 3 })
    play.take({ type: 'durable', through: 9 })
    expect(play.take({ type: 'tick' })).toEqual([])
    expect(types(play.frame(batch(3, 1, 4, 5)))).toEqual(['deliver', 'send ack'])
    expect(play.frame(batch(5, 2, 9, 12)).slice(1)).toEqual([])
    expect(play.take({ type: 'tick' })).toEqual([{ send: 'ack', through: 9 }])
    play.take({ type: 'durable', through: 12 })
    expect(play.take({ type: 'tick' })).toEqual([{ send: 'ack', through: 12 }])
  })

  it('go on after what the spool has released, whatever the store has', () => {
    const play = playServer()
    const [, welcome] = play.open({ through: 3 }, { after: 10 })
    expect(welcome).toMatchObject({ through: 3 })
    expect(types(play.frame(batch(10, 1, 11)))).toEqual(['deliver'])
  })

  it('with a hole before them are not taken: one nack, and silence until the agent has gone back', () => {
    const play = playServer()
    play.open()
    play.frame(batch(0, 1, 1))
    expect(play.frame(batch(2, 2, 3))).toEqual([
      { type: 'fault', code: 'hole' },
      { send: 'nack', through: 1, number: 2, reason: 'hole', retryMs: 0 },
    ])
    expect(play.frame(batch(3, 3, 4), batch(4, 4, 5))).toEqual([])
    expect(types(play.frame(batch(1, 5, 2, 3)))).toEqual(['deliver'])
    expect(types(play.frame(batch(7, 6, 8)))).toEqual(['fault', 'send nack'])
    expect(play.session.counts).toMatchObject({ batches: 2, skipped: 2, nacks: 2, faults: 2 })
  })

  it('that come again are left aside without a nack', () => {
    const play = playServer()
    play.open()
    expect(types(play.frame(batch(0, 1, 1), batch(0, 1, 1), batch(1, 1, 2)))).toEqual(['deliver', 'fault', 'fault'])
  })

  it('out of their order are a hole', () => {
    const play = playServer()
    play.open()
    expect(types(play.frame(batch(1, 2, 2), batch(0, 1, 1)))).toEqual(['fault', 'send nack', 'fault'])
    expect(types(play.frame(batch(0, 3, 1, 2)))).toEqual(['deliver'])
  })

  it('whose number jumps are a hole, even if they seem to fit', () => {
    const play = playServer()
    play.open()
    expect(types(play.frame(batch(0, 2, 1)))).toEqual(['fault', 'send nack'])
  })

  it('that are malformed come again', () => {
    const play = playServer()
    play.open()
    expect(play.frame('{"type":"batch","after":0,"count":2,"number":1}\npending 1 5 {"pending":1}')).toEqual([
      { type: 'fault', code: 'NETSTATS_COUNT_WRONG' },
      { send: 'nack', through: 0, number: 1, reason: 'malformed', retryMs: 1000 },
    ])
    expect(types(play.frame(batch(0, 2, 1)))).toEqual(['deliver'])
  })

  it('above the limits of the session are not taken, but for one that is large alone', () => {
    const play = playServer()
    play.open()
    const large = item(1, 'log', `{"severity":1,"source":"x","message":"${'x'.repeat(3000)}"}`)
    expect(types(play.frame({ type: 'batch', after: 0, number: 1, items: [large] }))).toEqual(['deliver'])
    expect(
      play.frame({ type: 'batch', after: 1, number: 2, items: [{ ...large, sequence: 2 }, item(3)] }),
    ).toMatchObject([{ code: 'limits' }, { send: 'nack', through: 1, reason: 'malformed' }])
    expect(play.frame(batch(1, 3, 2, 3, 4, 5, 6, 7))).toMatchObject([{ code: 'limits' }, { send: 'nack' }])
  })

  it('above the window and one batch more end the session', () => {
    const play = playServer()
    play.open({ window: 5 })
    expect(types(play.frame(batch(0, 1, 1, 2, 3, 4, 5), batch(5, 2, 6, 7, 8, 9, 10)))).toEqual(['deliver', 'deliver'])
    expect(play.frame(batch(10, 3, 11))).toMatchObject([
      { send: 'bye', retryMs: 60_000 },
      { type: 'end', how: 'overrun', code: 1002 },
    ])
  })

  it('sent before a smaller window was read are taken for a while', () => {
    const play = playServer()
    play.open({ window: 15 })
    expect(play.take({ type: 'credit', window: 0 })).toEqual([{ send: 'credit', window: 0 }])
    expect(play.take({ type: 'credit', window: 0 })).toEqual([])
    play.frame(batch(0, 1, 1, 2, 3, 4, 5), batch(5, 2, 6, 7, 8, 9, 10))
    expect(types(play.frame(batch(10, 3, 11, 12, 13, 14, 15)))).toEqual(['deliver'])
    play.take({ type: 'durable', through: 15 })
    for (let n = 0; n < 5; n++) {
      play.pass(9000)
      play.frame({ type: 'ping', t1: n })
    }
    play.frame(batch(15, 4, 16, 17, 18, 19, 20))
    expect(play.frame(batch(20, 5, 21))).toMatchObject([{ send: 'bye' }, { how: 'overrun' }])
  })

  it('are answered by busy while too many bytes are on their way', () => {
    const play = playServer({ flightBytes: 5000 })
    play.open()
    const large = (sequence: number) =>
      item(sequence, 'log', `{"severity":1,"source":"x","message":"${'x'.repeat(3000)}"}`)
    play.frame({ type: 'batch', after: 0, number: 1, items: [large(1)] })
    expect(play.frame({ type: 'batch', after: 1, number: 2, items: [large(2)] })).toEqual([
      { send: 'nack', through: 1, number: 2, reason: 'busy', retryMs: 1000 },
    ])
    play.take({ type: 'durable', through: 1 })
    expect(types(play.frame({ type: 'batch', after: 1, number: 3, items: [large(2)] }))).toEqual(['deliver'])
  })

  it('with lines that cannot be used are delivered with their number, and settled with the rest', () => {
    const play = playServer()
    play.open()
    const text = '{"type":"batch","after":0,"count":2,"number":1}\npending 1 5 {"pending":1}\naura-vote 2 5 {}'
    expect(play.frame(text)).toMatchObject([
      { batch: { last: 2, count: 2, items: [{ sequence: 1 }], setAside: { unknown: 1 } } },
    ])
    play.take({ type: 'durable', through: 2 })
    expect(play.take({ type: 'tick' })).toEqual([{ send: 'ack', through: 2 }])
    expect(play.session.counts).toMatchObject({ observations: 1, setAside: 1 })
  })
})

describe('a host that cannot take a batch', () => {
  it('has the agent go back, and what was durable said before', () => {
    const play = playServer()
    play.open()
    play.frame(batch(0, 1, 1), batch(1, 2, 2), batch(2, 3, 3))
    play.take({ type: 'durable', through: 1 })
    expect(play.take({ type: 'nack', through: 1, reason: 'busy', retryMs: 500 })).toEqual([
      { send: 'ack', through: 1 },
      { send: 'nack', through: 1, number: 3, reason: 'busy', retryMs: 500 },
    ])
    expect(play.session.inFlight).toBe(0)
    expect(play.frame(batch(3, 4, 4))).toEqual([])
    expect(types(play.frame(batch(1, 5, 2)))).toEqual(['deliver'])
  })

  it('is heard once for all that was on its way, and not where nothing is to come again', () => {
    const play = playServer()
    play.open()
    play.frame(batch(0, 1, 1), batch(1, 2, 2))
    expect(types(play.take({ type: 'nack', through: 0, reason: 'lost', retryMs: 0 }))).toEqual(['send nack'])
    expect(play.take({ type: 'nack', through: 0, reason: 'lost', retryMs: 0 })).toEqual([])
    expect(play.take({ type: 'nack', through: 7, reason: 'lost', retryMs: 0 })).toEqual([])
  })

  it('cannot take back what was acknowledged', () => {
    const play = playServer()
    play.open()
    play.frame(batch(0, 1, 1, 2), batch(2, 2, 3))
    play.take({ type: 'durable', through: 2 })
    play.take({ type: 'tick' })
    expect(play.take({ type: 'nack', through: 0, reason: 'lost', retryMs: 0 })).toMatchObject([
      { send: 'nack', through: 2 },
    ])
  })
})
