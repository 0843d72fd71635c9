import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from './limits.ts'
import { nodeId } from '../units.ts'
import { readAgentFrame } from './read-agent.ts'
import { batchText, loginText, nowText } from './signing.ts'
import { createKey, verifyEd25519 } from './test-support/keys.ts'
import { epoch, hello, item, playAgent, welcome } from './test-support/play.ts'
import type { ServerFrame } from './write.ts'

const types = (actions: readonly unknown[]): readonly unknown[] =>
  actions.map((one) =>
    'send' in (one as object) ? `send ${(one as { send: string }).send}` : (one as { type: string }).type,
  )
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

describe('a login', () => {
  it('says hello at once, and where to go on once it is welcome', () => {
    const play = playAgent({ after: 3 })
    const { type, ...fields } = hello
    expect(play.take({ type: 'opened' })).toEqual([{ ...fields, send: type, after: 3, time: epoch }])
    expect(play.session.room()).toBe(0)
    expect(types(play.frame({ ...welcome, through: 0 }))).toEqual(['welcomed', 'resend', 'send ping'])
    expect(play.session.room()).toBe(20)
  })

  it('skips what the server has already', () => {
    const play = playAgent({ after: 3 })
    const done = play.open({ through: 9 })
    expect(done).toContainEqual({ type: 'acknowledged', through: 9 })
    expect(done).toContainEqual({ type: 'resend', after: 9, reason: 'welcome' })
    expect(play.offer(3, 4, 5)).toEqual([])
    play.offer(9, 10)
    expect(batches(play.pass(1000))).toEqual([[1, 9, 10]])
  })

  it('goes on after what the spool has let go of, where the server has less', () => {
    const play = playAgent({ after: 12 })
    expect(play.open({ through: 9 })).toContainEqual({ type: 'resend', after: 12, reason: 'welcome' })
  })

  it('ends where the server has more of the spool than there ever was', () => {
    const play = playAgent({ after: 3, last: 8 })
    expect(play.open({ through: 9 })).toMatchObject([{ send: 'bye' }, { type: 'end', how: 'stale-spool' }])
    expect(types(playAgent({ after: 3, last: 9 }).open({ through: 9 }))).toContain('welcomed')
  })

  it('says why it was refused and when to come back', () => {
    const play = playAgent()
    play.take({ type: 'opened' })
    expect(play.frame({ type: 'refuse', reason: 'locked-out', retryMs: 9000 })).toEqual([
      { type: 'end', how: 'refused', reason: 'locked-out', code: 1000, retryMs: 9000 },
    ])
    expect(play.session.wakeAt()).toBe(Infinity)
  })

  it('ends without a welcome in time', () => {
    const play = playAgent()
    play.take({ type: 'opened' })
    expect(play.pass(29_900)).toEqual([])
    expect(play.pass(100)).toMatchObject([{ send: 'bye' }, { type: 'end', how: 'lost' }])
  })

  it('proves its key, once', () => {
    const key = createKey()
    const play = playAgent({ sign: key.sign })
    play.take({ type: 'opened' })
    const nonce = Buffer.alloc(32, 1).toString('base64')
    const [proof] = play.frame({ type: 'challenge', nonce })
    const { signature } = proof as { signature: string }
    expect(verifyEd25519(key.publicKey, loginText(nonce, hello), signature)).toBe(true)
    expect(types(play.frame({ type: 'challenge', nonce }))).toEqual(['fault'])
  })

  it('without a key ends where one is asked for', () => {
    const play = playAgent()
    play.take({ type: 'opened' })
    expect(play.frame({ type: 'challenge', nonce: `${'A'.repeat(43)}=` })).toMatchObject([
      { send: 'bye' },
      { how: 'refused' },
    ])
  })

  it('takes nothing else before it is over', () => {
    const play = playAgent()
    play.take({ type: 'opened' })
    expect(types(play.frame({ type: 'ack', through: 0 }, busy(0, 0), { type: 'credit', window: 5 }))).toEqual([
      'fault',
      'fault',
      'fault',
    ])
    expect(play.offer(0, 1)).toEqual([])
    expect(play.take({ type: 'now', items: [item(1)] })).toEqual([])
  })
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

  it('that can not be true ends the session: nothing may be let go of for it', () => {
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

describe('a session with a key', () => {
  it('signs batches, what is so now, and answers', () => {
    const key = createKey()
    const play = playAgent({ sign: key.sign })
    play.take({ type: 'opened' })
    play.frame({ type: 'challenge', nonce: `${'A'.repeat(43)}=` }, welcome, {
      type: 'request',
      id: 1,
      what: 'header',
      number: 5,
    })
    const check = (
      actions: readonly { readonly type: string; readonly text?: string }[],
      text: (lines: string) => string,
    ) => {
      const frame = actions.find(({ type }) => type === 'send')?.text ?? ''
      const message = readAgentFrame(frame, { node: nodeId('x') })
      const signature = 'signature' in message ? (message.signature ?? '') : ''
      expect(verifyEd25519(key.publicKey, text(frame.split('\n').slice(1).join('\n')), signature)).toBe(true)
    }
    check(play.raw({ type: 'offer', after: 0, items: [1, 2, 3, 4, 5].map((n) => item(n)) }), (lines) =>
      batchText('S1', 1, 0, lines),
    )
    check(play.raw({ type: 'now', items: [item(1)] }), (lines) => nowText('S1', 1, lines))
    check(play.raw({ type: 'answer', id: 1, blocks: [], missing: [5] }), () => 'netstats.v1 answer\nS1\n1\n5\n')
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
      blocks: [{ kind: 'block', observedAt: 1, body: '{}' }],
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

  it('without a word of what was sent begins anew, however lively it is', () => {
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
                    blocks: [],
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
