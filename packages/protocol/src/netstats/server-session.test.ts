import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block } from '../kinds/mod.ts'
import { limits } from './limits.ts'
import { batchText, loginText, nowText } from './signing.ts'
import { createKey, verifyEd25519 } from './test-support/keys.ts'
import { admission, batch, epoch, hello, item, playServer } from './test-support/play.ts'
import type { AgentFrame } from './write.ts'
import { writeItem, writeLine } from './write.ts'

const types = (actions: readonly unknown[]): readonly unknown[] =>
  actions.map((one) =>
    'send' in (one as object) ? `send ${(one as { send: string }).send}` : (one as { type: string }).type,
  )

const nonce = Buffer.alloc(32, 7).toString('base64')

describe('a login', () => {
  it('asks the host, and welcomes with a ping before it', () => {
    const { take, frame } = playServer()
    expect(take({ type: 'opened' })).toEqual([])
    expect(frame(hello)).toEqual([{ type: 'login', hello }])
    const [ping, welcome] = take({ type: 'admit', admission })
    expect(ping).toEqual({ send: 'ping', t1: epoch })
    expect(welcome).toMatchObject({
      send: 'welcome',
      session: 'S1',
      through: 0,
      time: epoch,
      window: 20,
      durable: true,
    })
    expect(welcome).not.toHaveProperty('key')
  })

  it('is refused by the host with its reason', () => {
    const { take, frame, session } = playServer()
    take({ type: 'opened' })
    frame(hello)
    expect(take({ type: 'refuse', reason: 'network-full', retryMs: 5 })).toEqual([
      { send: 'refuse', reason: 'network-full', retryMs: 5 },
      { type: 'end', how: 'refused', code: 1013, reason: 'network-full' },
    ])
    expect([session.phase, session.wakeAt()]).toEqual(['over', Infinity])
    expect(frame(hello)).toEqual([])
  })

  it.each<[string, AgentFrame | string, string]>([
    ['a batch', batch(0, 1, 1), 'malformed'],
    ['what is no frame', 'x', 'malformed'],
    ['another version', '{"type":"hello","version":2}', 'version'],
    ['a proof nobody asked for', { type: 'proof', signature: `${'A'.repeat(86)}==` }, 'malformed'],
  ])('is refused where it begins with %s', (_, first, reason) => {
    const { take, frame } = playServer()
    take({ type: 'opened' })
    expect(frame(first).slice(-2)).toMatchObject([
      { send: 'refuse', reason },
      { type: 'end', how: 'refused' },
    ])
  })

  it('is refused where it takes too long, by whose fault it may be', () => {
    const slowAgent = playServer()
    slowAgent.take({ type: 'opened' })
    expect(slowAgent.pass(29_900)).toEqual([])
    expect(slowAgent.pass(100)).toMatchObject([
      { send: 'refuse', reason: 'timeout' },
      { how: 'refused', code: 1008 },
    ])
    const slowHost = playServer()
    slowHost.take({ type: 'opened' })
    slowHost.frame(hello)
    expect(slowHost.pass(30_000)).toMatchObject([
      { send: 'refuse', reason: 'busy' },
      { how: 'refused', code: 1013 },
    ])
  })

  it('offers compression to agents that can, unless told not to', () => {
    const compress = (can: readonly string[], may?: boolean) => {
      const play = playServer(may === undefined ? {} : { compress: may })
      const [, welcome] = play.open({}, { compress: can })
      expect((welcome as { compress?: string }).compress === 'deflate').toBe(play.session.compress)
      return play.session.compress
    }
    expect([compress(['deflate']), compress(['zstd', 'deflate']), compress([]), compress(['deflate'], false)]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('needs the proof of a key where the host says so', () => {
    const key = createKey()
    const play = playServer({ verify: verifyEd25519 })
    play.take({ type: 'opened' })
    play.frame(hello)
    expect(play.take({ type: 'challenge', nonce, key: key.publicKey })).toEqual([{ send: 'challenge', nonce }])
    expect(play.frame({ type: 'proof', signature: key.sign(loginText(nonce, hello)) })).toEqual([
      { type: 'proved', ok: true },
    ])
    expect(types(play.take({ type: 'admit', admission: { ...admission, key: key.publicKey } }))).toEqual([
      'send ping',
      'send welcome',
    ])
  })

  it.each<[string, (sign: (message: string) => string) => string]>([
    ['another nonce', (sign) => sign(loginText(Buffer.alloc(32, 8).toString('base64'), hello))],
    ['another agent', (sign) => sign(loginText(nonce, { ...hello, agent: 'beta' }))],
    ['another node', (sign) => sign(loginText(nonce, { ...hello, node: 'beta' }))],
    ['another spool', (sign) => sign(loginText(nonce, { ...hello, spool: '0'.repeat(32) }))],
    ['another purpose', (sign) => sign(batchText('S1', 1, 0, 'x'))],
    ['another key', () => createKey().sign(loginText(nonce, hello))],
  ])('is refused with a proof for %s', (_, proof) => {
    const key = createKey()
    const play = playServer({ verify: verifyEd25519 })
    play.take({ type: 'opened' })
    play.frame(hello)
    play.take({ type: 'challenge', nonce, key: key.publicKey })
    expect(play.frame({ type: 'proof', signature: proof(key.sign) })).toMatchObject([
      { type: 'proved', ok: false },
      { send: 'refuse', reason: 'bad-proof' },
      { type: 'end', how: 'refused' },
    ])
  })

  it('is never keyed by what was not proved', () => {
    const play = playServer({ verify: verifyEd25519 })
    expect(() => play.open({ key: createKey().publicKey })).toThrow('not proved')
  })
})

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

  it('go on after what the spool has let go of, whatever the store has', () => {
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

  it('with lines that can not be used are delivered with their number, and settled with the rest', () => {
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

describe('a host that can not take a batch', () => {
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

  it('can not take back what was acknowledged', () => {
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

describe('a session with a key', () => {
  const key = createKey()
  const lines = (...sequences: readonly number[]): string => sequences.map((n) => writeItem(item(n))).join('\n')
  const signed = (after: number, number: number, sequences: readonly number[], text?: string): string => {
    const signature = key.sign(text ?? batchText('S1', number, after, lines(...sequences)))
    return `{"type":"batch","after":${after},"count":${sequences.length},"number":${number},"signature":"${signature}"}\n${lines(...sequences)}`
  }
  const open = () => {
    const play = playServer({ verify: verifyEd25519 })
    play.take({ type: 'opened' })
    play.frame(hello)
    play.take({ type: 'challenge', nonce, key: key.publicKey })
    play.frame({ type: 'proof', signature: key.sign(loginText(nonce, hello)) })
    play.take({ type: 'admit', admission: { ...admission, key: key.publicKey } })
    return play
  }

  it('takes what the key has signed', () => {
    const play = open()
    expect(types(play.frame(signed(0, 1, [1, 2]), signed(2, 2, [3])))).toEqual(['deliver', 'deliver'])
  })

  it.each<[string, string | AgentFrame]>([
    ['without signature', batch(0, 1, 1)],
    ['of another session', signed(0, 1, [1], batchText('S0', 1, 0, lines(1)))],
    ['with another number', signed(0, 1, [1], batchText('S1', 2, 0, lines(1)))],
    ['moved to another place', signed(0, 1, [1], batchText('S1', 1, 7, lines(1)))],
    ['with other lines', signed(0, 1, [1], batchText('S1', 1, 0, lines(2)))],
    ['with a line added', signed(0, 1, [1, 2], batchText('S1', 1, 0, lines(1)))],
    ['signed as something else', signed(0, 1, [1], nowText('S1', 1, lines(1)))],
    ['signed by another', signed(0, 1, [1]).replace(/"signature":"[^"]*"/, `"signature":"${createKey().sign('x')}"`)],
  ])('refuses a batch %s, and still takes the true one', (_, frame) => {
    const play = open()
    expect(play.frame(frame)).toEqual([
      { type: 'fault', code: 'signature' },
      { send: 'nack', through: 0, number: 1, reason: 'signature', retryMs: 1000 },
    ])
    expect(types(play.frame(signed(0, 1, [1])))).toEqual(['deliver'])
  })

  it('refuses a batch that comes again', () => {
    const play = open()
    const first = signed(0, 1, [1])
    expect(types(play.frame(first, first))).toEqual(['deliver', 'fault'])
  })

  it('wants what is so now and answers signed too, each once', () => {
    const play = open()
    const now = `{"type":"now","number":1,"signature":"${key.sign(nowText('S1', 1, writeLine(item(1))))}"}\n${writeLine(item(1))}`
    expect(types(play.frame(now, now, { type: 'now', number: 2, items: [item(1)] }))).toEqual(['now', 'fault', 'fault'])
    play.take({ type: 'request', question: { what: 'header', number: 3 } })
    expect(types(play.frame({ type: 'answer', id: 1, missing: [3], items: [] }))).toEqual(['fault'])
  })
})

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
      play.frame('{"type":"later"}')
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

  it('leaves unknown frames aside and counts them', () => {
    const play = playServer()
    play.open()
    expect(play.frame('{"type":"later"}\nx')).toEqual([])
    expect(play.session.counts.unknown).toBe(1)
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

  it('with a frame that can not be made text of is ended', () => {
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
