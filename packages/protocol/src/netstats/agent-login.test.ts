import { describe, expect, it } from 'vitest'
import { nodeId } from '../units.ts'
import { readAgentFrame } from './read-agent.ts'
import { batchText, loginText, nowText } from './signing.ts'
import { createKey, verifyEd25519 } from './test-support/keys.ts'
import { epoch, hello, item, playAgent, welcome, types } from './test-support/play.ts'
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

  it('goes on after what the spool has released, where the server has less', () => {
    const play = playAgent({ after: 12 })
    expect(play.open({ through: 9 })).toContainEqual({ type: 'resend', after: 12, reason: 'welcome' })
  })

  it('ends where the server has more of the spool than there ever was', () => {
    const play = playAgent({ after: 3, last: 8 })
    expect(play.open({ through: 9 })).toMatchObject([{ send: 'bye' }, { type: 'end', how: 'forked' }])
    expect(types(playAgent({ after: 3, last: 9 }).open({ through: 9 }))).toContain('welcomed')
  })

  it('ends where the server has forgotten what it has, with how far that is', () => {
    const end = { type: 'end', how: 'forked', through: 9, doubt: true }
    expect(playAgent({ after: 3, last: 8 }).open({ through: 9, doubt: true })).toMatchObject([{ send: 'bye' }, end])
    expect(playAgent({ after: 3, last: 20 }).open({ through: 9, doubt: true })).toMatchObject([{ send: 'bye' }, end])
    // What was released already is in no doubt.
    expect(types(playAgent({ after: 9 }).open({ through: 9, doubt: true }))).toContain('welcomed')
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
    check(play.raw({ type: 'answer', id: 1, lines: [], missing: [5] }), () => 'netstats.v1 answer\nS1\n1\n5\n')
  })
})
