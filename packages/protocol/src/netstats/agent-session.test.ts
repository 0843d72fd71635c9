import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from './limits.ts'
import { epoch, item, playAgent, welcome, types } from './test-support/play.ts'
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

describe('requests', () => {
  it('are handed to the host and answered once', () => {
    const play = playAgent()
    play.open()
    expect(play.frame({ type: 'request', id: 4, what: 'history', numbers: [1, 2] })).toEqual([
      { type: 'request', id: 4, question: { what: 'history', numbers: [1, 2] } },
    ])
    const answer = {
      type: 'answer',
      id: 4,
      lines: [{ kind: 'block', observedAt: 1, body: '{}' }],
      missing: [2],
    } as const
    expect(play.take(answer)).toEqual([{ send: 'answer', id: 4, missing: [2], lines: ['block 1 {}'] }])
    expect(play.take(answer)).toEqual([])
  })

  it('are bounded', () => {
    const play = playAgent()
    play.open()
    const ask = (id: number): ServerFrame => ({ type: 'request', id, what: 'header', number: 1 })
    for (let id = 1; id <= limits.openRequests; id++) expect(types(play.frame(ask(id)))).toEqual(['request'])
    expect(types(play.frame(ask(9)))).toEqual(['fault'])
  })
})

describe('a connection', () => {
  it('that is silent is asked, and then taken for dead', () => {
    const play = playAgent()
    play.open()
    expect(types(play.pass(34_900))).toEqual(['send ping', 'send ping', 'send ping'])
    expect(play.pass(100)).toMatchObject([{ send: 'bye' }, { type: 'end', how: 'lost', code: 1001 }])
  })

  it('without a word of what was sent starts over, however lively it is', () => {
    const play = playAgent()
    play.open()
    play.offer(0, 1, 2, 3, 4, 5)
    const done: unknown[] = []
    for (let second = 0; second < 125; second += 5) {
      done.push(...play.pass(5000))
      play.frame({ type: 'ping', t1: 1 })
    }
    expect(done.at(-1)).toMatchObject({ type: 'end', how: 'lost', reason: 'no word of what was sent' })
  })

  it('answers pings and measures with its own', () => {
    const play = playAgent()
    play.open()
    expect(play.frame({ type: 'ping', t1: 7.5 })).toEqual([{ send: 'pong', t1: 7.5, t2: epoch, t3: epoch }])
    play.pass(20)
    expect(types(play.frame({ type: 'pong', t1: epoch, t2: epoch + 10, t3: epoch + 10 }))).toEqual(['measured'])
    expect(play.session.clock(play.at())).toEqual({ offsetMs: 0, errorMs: 11 })
  })

  it('says how it ended', () => {
    const ends = (input: Parameters<ReturnType<typeof playAgent>['take']>[0]) => {
      const play = playAgent()
      play.open()
      return play.take(input).at(-1)
    }
    const frame = (message: string) => ({ type: 'frame', text: message }) as const
    expect(ends(frame('{"type":"bye","reason":"restart","retryMs":5}'))).toMatchObject({
      how: 'sent-away',
      reason: 'restart',
      retryMs: 5,
    })
    expect(ends(frame('{"type":"refuse","reason":"revoked"}'))).toMatchObject({ how: 'sent-away', reason: 'revoked' })
    expect(ends({ type: 'closed' })).toMatchObject({ how: 'lost' })
    expect(ends({ type: 'unreadable', reason: 'binary' })).toMatchObject({ how: 'lost', reason: 'binary' })
    expect(ends({ type: 'close', reason: 'done' })).toMatchObject({ how: 'closed' })
  })

  it('takes new intervals over and tells the host', () => {
    const play = playAgent()
    play.open()
    const intervals = { reportMs: 60_000, lingerMs: 200, pingMs: 30_000 }
    expect(play.frame({ type: 'intervals', ...intervals })).toEqual([{ type: 'intervals', intervals }])
    play.offer(0, 1)
    expect(batches(play.pass(200))).toEqual([[1, 0, 1]])
  })

  it('marks frames worth compressing, where that was agreed', () => {
    const compressed = (more: object) => {
      const play = playAgent()
      play.open(more)
      const done = play.raw({ type: 'offer', after: 0, items: [item(1, 'alarm', `{"x":"${'x'.repeat(600)}"}`)] })
      return done.map((action) => action.type === 'send' && action.compress)
    }
    expect([compressed({ compress: 'deflate' }), compressed({})]).toEqual([[true], [false]])
  })

  it('is ended by too much that is malformed', () => {
    const play = playAgent({ faults: 2 })
    play.open()
    expect(types(play.frame('x', 'x', 'x'))).toEqual(['fault', 'fault', 'fault', 'send bye', 'end'])
  })

  it('leaves unknown frames aside and counts them', () => {
    const play = playAgent()
    play.open()
    expect(play.frame('{"type":"later"}')).toEqual([])
    expect(play.session.counts.unknown).toBe(1)
  })

  it('survives any frames at any moment', () => {
    const frames = fc.constantFrom<ServerFrame | string>(
      welcome,
      { type: 'ack', through: 1 },
      { type: 'ack', through: 5 },
      busy(0, 1, 0),
      busy(2, 1, 0),
      { type: 'credit', window: 0 },
      { type: 'credit', window: 9 },
      { type: 'challenge', nonce: `${'A'.repeat(43)}=` },
      { type: 'request', id: 1, what: 'header', number: 1 },
      { type: 'ping', t1: 1 },
      { type: 'pong', t1: epoch, t2: 1, t3: 2 },
      { type: 'bye', reason: '', retryMs: 0 },
      { type: 'refuse', reason: 'x' },
      'x',
    )
    const inputs = fc.constantFrom('offer', 'now', 'answer', 'close', 'closed', 'tick')
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            frames,
            inputs.map((input) => ({ input })),
          ),
        ),
        (played) => {
          const play = playAgent({ sign: () => `${'A'.repeat(86)}==` })
          play.take({ type: 'opened' })
          let ended = 0
          for (const one of played) {
            const done =
              typeof one === 'object' && 'input' in one
                ? play.take({
                    type: one.input,
                    after: 0,
                    items: [item(1), item(2)],
                    id: 1,
                    lines: [],
                    missing: [],
                    reason: '',
                  })
                : play.frame(one)
            play.pass(100)
            if (ended > 0) expect(done).toEqual([])
            ended += types(done).filter((type) => type === 'end').length
            if (play.session.phase !== 'over') expect(play.session.inFlight).toBeLessThanOrEqual(20)
          }
          expect(ended).toBeLessThan(2)
        },
      ),
    )
  })
})
