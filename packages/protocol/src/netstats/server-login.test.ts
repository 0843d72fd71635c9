import { describe, expect, it } from 'vitest'
import { batchText, loginText, nowText } from './signing.ts'
import { createKey, verifyEd25519 } from './test-support/keys.ts'
import { admission, batch, epoch, hello, item, playServer, types } from './test-support/play.ts'
import type { AgentFrame } from './write.ts'
import { writeItem, writeLine } from './write.ts'

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
