import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block } from '../kinds/mod.ts'
import { limits } from './limits.ts'
import { admission, batch, epoch, hello, item, playServer, types } from './test-support/play.ts'
import type { AgentFrame } from './write.ts'

const nonce = Buffer.alloc(32, 7).toString('base64')

describe('requests', () => {
  const hash = `0x${'a'.repeat(64)}`
  const block = (number: number): Block =>
    ({
      number,
      hash,
      parentHash: hash,
      timestamp: 1,
      miner: `0x${'0'.repeat(40)}`,
      gasUsed: 0,
      gasLimit: 1,
      difficulty: 2n,
      transactions: 0,
      uncles: 0,
    }) as Block
  const answer = (id: number, numbers: readonly number[], missing: readonly number[] = []): AgentFrame => ({
    type: 'answer',
    id,
    missing,
    items: numbers.map((number) => ({ kind: 'block', observedAt: 5, body: block(number) })),
  })

  it('are answered with what was asked for and nothing else, as history', () => {
    const play = playServer()
    play.open()
    const question = { what: 'history', numbers: [3, 4, 5] } as const
    expect(play.take({ type: 'request', question })).toEqual([
      { send: 'request', id: 1, what: 'history', numbers: [3, 4, 5] },
    ])
    const [answered] = play.frame(answer(1, [3, 3, 9], [4, 77]))
    expect(answered).toMatchObject({
      type: 'answered',
      blocks: [{ body: { number: 3, historical: true } }],
      missing: [4],
    })
    expect((answered as { question: unknown }).question).toBe(question)
    expect(play.frame(answer(1, [3]))).toEqual([])
    expect(types(play.frame(answer(2, [3])))).toEqual(['fault'])
  })

  it('without answer are given up, at their time or at the end', () => {
    const play = playServer()
    play.open()
    const question = { what: 'header', number: 7 } as const
    play.take({ type: 'request', question, timeoutMs: 500 })
    play.take({ type: 'request', question })
    expect(play.pass(500)).toEqual([{ type: 'unanswered', question, reason: 'timeout' }])
    expect(play.take({ type: 'closed' })).toMatchObject([
      { type: 'unanswered', reason: 'ended' },
      { type: 'end', how: 'closed' },
    ])
  })

  it('are bounded in number and size, and asked only of who is there', () => {
    const play = playServer()
    const question = { what: 'header', number: 7 } as const
    expect(play.take({ type: 'request', question })).toEqual([{ type: 'unanswered', question, reason: 'ended' }])
    play.open()
    const numbers = Array.from({ length: limits.requestNumbers + 1 }, (_, i) => i)
    expect(play.take({ type: 'request', question: { what: 'history', numbers } })).toMatchObject([
      { reason: 'too-many' },
    ])
    for (let n = 0; n < limits.openRequests; n++)
      expect(types(play.take({ type: 'request', question }))).toEqual(['send request'])
    expect(play.take({ type: 'request', question })).toMatchObject([{ reason: 'too-many' }])
  })
})

describe('a connection', () => {
  it('is measured by pings: soon some, then every half minute', () => {
    const play = playServer()
    play.open()
    play.pass(40)
    expect(play.frame({ type: 'pong', t1: epoch, t2: epoch + 520, t3: epoch + 521 })).toEqual([
      { type: 'measured', roundTripMs: 39, offsetMs: 500.5, errorMs: 20.5 },
    ])
    expect(play.session.clock(play.at())).toEqual({ offsetMs: 500.5, errorMs: 20.5 })
    expect(play.frame({ type: 'pong', t1: epoch, t2: epoch + 520, t3: epoch + 521 })).toEqual([])
    const pings: number[] = []
    for (let second = 0; second < 120; second++) {
      if (play.pass(1000).length > 0) pings.push(second)
      play.frame({ type: 'pong', t1: 0, t2: 0, t3: 0 })
    }
    expect(pings.length).toBeLessThan(8)
    expect(pings.length).toBeGreaterThan(4)
  })

  it('that is silent is asked, and then taken for dead', () => {
    const play = playServer()
    play.open()
    expect(types(play.pass(34_900))).toEqual(['send ping', 'send ping', 'send ping'])
    expect(play.pass(100)).toMatchObject([
      { send: 'bye', reason: 'nothing heard' },
      { type: 'end', how: 'silent', code: 1001 },
    ])
  })

  it('answers pings, but no flood of them', () => {
    const play = playServer()
    play.open()
    expect(play.frame({ type: 'ping', t1: 7 })).toEqual([{ send: 'pong', t1: 7, t2: epoch, t3: epoch }])
    const many = types(play.frame(...Array.from({ length: 25 }, (): AgentFrame => ({ type: 'ping', t1: 1 }))))
    expect(many.filter((type) => type === 'send pong')).toHaveLength(19)
  })

  it('is ended by too many faults, and forgives as many as come by themselves', () => {
    const play = playServer({ faults: 3 })
    play.open()
    for (let n = 0; n < 10; n++) {
      expect(types(play.frame('nonsense'))).toEqual(['fault'])
      for (let second = 0; second < 61; second += 5) {
        play.pass(5000)
        play.frame({ type: 'pong', t1: 0, t2: 0, t3: 0 })
      }
    }
    expect(types(play.frame('x', 'x', 'x', 'x'))).toEqual(['fault', 'fault', 'fault', 'fault', 'send bye', 'end'])
  })

  it('leaves unknown frames aside, counts them, and has enough of them as of all faults', () => {
    const play = playServer({ faults: 3 })
    play.open()
    expect(play.frame('{"type":"later"}\nx')).toMatchObject([{ type: 'fault', code: 'turn-unknown' }])
    expect(play.session.counts.unknown).toBe(1)
    const later = '{"type":"later"}'
    expect(types(play.frame(later, later, later))).toEqual(['fault', 'fault', 'fault', 'send bye', 'end'])
  })

  it('takes no unknown frame before the welcome', () => {
    const play = playServer()
    play.take({ type: 'opened' })
    expect(types(play.frame('{"type":"later"}'))).toEqual(['fault', 'send refuse', 'end'])
  })

  it('is drained: acks, bye, and the end when the agent has gone or after a while', () => {
    const play = playServer()
    play.open()
    play.frame(batch(0, 1, 1))
    play.take({ type: 'durable', through: 1 })
    expect(play.take({ type: 'drain', reason: 'restart', retryMs: 700 })).toEqual([
      { send: 'ack', through: 1 },
      { send: 'bye', reason: 'restart', retryMs: 700 },
    ])
    expect(play.frame(batch(1, 2, 2))).toEqual([])
    expect(play.pass(2000)).toMatchObject([{ type: 'end', how: 'drained', code: 1001 }])
    const other = playServer()
    other.open()
    other.take({ type: 'drain', reason: 'restart', retryMs: 700 })
    expect(other.frame({ type: 'bye', reason: 'ok' })).toMatchObject([{ type: 'end', how: 'bye' }])
  })

  it('refuses instead of draining before the welcome', () => {
    const play = playServer()
    play.take({ type: 'opened' })
    expect(play.take({ type: 'drain', reason: 'restart', retryMs: 700 })).toMatchObject([
      { send: 'refuse', reason: 'draining', retryMs: 700 },
      { type: 'end' },
    ])
  })

  it('sets new intervals and measures silence by them', () => {
    const play = playServer()
    play.open()
    const intervals = { reportMs: 60_000, lingerMs: 5000, pingMs: 30_000 }
    expect(play.take({ type: 'intervals', intervals })).toEqual([{ send: 'intervals', ...intervals }])
    expect(types(play.pass(100_000))).not.toContain('end')
    expect(types(play.pass(6000))).toContain('end')
  })

  it('with a frame that cannot be made text of is ended', () => {
    const play = playServer()
    play.open()
    expect(play.take({ type: 'unreadable', reason: 'too long' })).toMatchObject([
      { send: 'bye' },
      { how: 'faults', code: 1002 },
    ])
  })

  it('survives any frames at any moment', () => {
    const frames = fc.constantFrom<AgentFrame | string>(
      hello,
      batch(0, 1, 1),
      batch(1, 2, 2),
      batch(9, 3, 10),
      { type: 'proof', signature: `${'A'.repeat(86)}==` },
      { type: 'now', number: 1, items: [item(1)] },
      { type: 'answer', id: 1, missing: [], items: [] },
      { type: 'ping', t1: 1 },
      { type: 'pong', t1: epoch, t2: 1, t3: 2 },
      { type: 'bye', reason: '' },
      'x',
      '{"type":"batch"',
    )
    const inputs = fc.constantFrom(
      'admit',
      'challenge',
      'refuse',
      'durable',
      'nack',
      'drain',
      'closed',
      'request',
      'tick',
    )
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            frames,
            inputs.map((input) => ({ input })),
          ),
        ),
        (played) => {
          const play = playServer({ verify: () => true })
          play.take({ type: 'opened' })
          let ended = 0
          for (const one of played) {
            const done =
              typeof one === 'object' && 'input' in one
                ? play.take({
                    type: one.input,
                    admission,
                    nonce,
                    key: `${'A'.repeat(43)}=`,
                    reason: 'busy',
                    retryMs: 1,
                    through: 1,
                    question: { what: 'header', number: 1 },
                  } as never)
                : play.frame(one)
            play.pass(100)
            if (ended > 0) expect(done).toEqual([])
            ended += types(done).filter((type) => type === 'end').length
          }
          expect(ended).toBeLessThan(2)
        },
      ),
    )
  })
})
