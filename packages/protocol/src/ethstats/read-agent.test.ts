import { describe, expect, it } from 'vitest'
import { ParseError } from '../errors.ts'
import { hostileFrames } from '../testing/hostile.ts'
import { dialectOf, plainDialect } from './dialect.ts'
import type { AgentMessage } from './messages.ts'
import { parseAgentMessage } from './read-agent.ts'

const read = (frame: string, client?: string): AgentMessage =>
  parseAgentMessage(frame, client === undefined ? plainDialect : dialectOf(client))
const emit = (event: string, payload: unknown): string => JSON.stringify({ emit: [event, payload] })

const outcome = (frame: string): string => {
  try {
    return read(frame).type
  } catch (error) {
    if (error instanceof ParseError) return error.code
    throw error
  }
}

const bodyOf = (message: AgentMessage): unknown => (message.type === 'report' ? message.reports[0]?.body : undefined)

const hash = `0x${'ab'.repeat(32)}`
const blockOf = (fields: Record<string, unknown>): unknown =>
  bodyOf(read(emit('block', { id: 'x', block: { number: 7, hash, timestamp: 100, ...fields } })))

describe('hostile frames', () => {
  it.each(hostileFrames().map(({ name, frame, outcome }) => ({ name, frame, wanted: outcome })))(
    '$name',
    ({ frame, wanted }) => {
      expect(outcome(frame)).toBe(wanted)
    },
  )

  it('leave no mark on the prototype of objects', () => {
    for (const { frame } of hostileFrames()) outcome(frame)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })

  it('with too much structure are refused before they are parsed, and fast', () => {
    const wide = `[${'{},'.repeat(4_000_000)}{}]`
    const start = performance.now()
    expect(outcome(wide)).toBe('FRAME_TOO_MANY_VALUES')
    // Parsing it takes over a second and a gigabyte here.
    expect(performance.now() - start).toBeLessThan(500)
  })

  it('nested deep in a small frame are read, and refused where their digits must be read again', () => {
    const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`
    const frame = (price: string) => `{"emit":["stats",{"stats":{"gasPrice":${price},"deep":${deep}}}]}`
    expect(outcome(frame('5'))).toBe('report')
    expect(outcome(frame('9007199254740993'))).toBe('FRAME_TOO_DEEP')
  })

  it('may hold brackets and quotes in text without being taken for structure', () => {
    const name = `${'[{"'.repeat(100_000)}\\`
    expect(outcome(emit('hello', { id: 'x', info: { name } }))).toBe('hello')
  })
})

describe('hello', () => {
  const hello = (info: unknown, more: object = {}) => {
    const message = read(emit('hello', { id: 'x', secret: 's', info, ...more }))
    if (message.type !== 'hello') throw new Error('no hello')
    return message
  }

  it('takes the id for the name where there is none', () => {
    expect(hello({}).info).toEqual({ name: 'x' })
  })

  it('keeps the secret as it is, and has none where it is no text or absurdly long', () => {
    expect(hello({}, { secret: ' <s>\u0000 ' }).secret).toBe(' <s>\u0000 ')
    expect(hello({}, { secret: 5 }).secret).toBeUndefined()
    expect(hello({}, { secret: 'x'.repeat(1001) }).secret).toBeUndefined()
  })

  it('reads port, network and protocol whatever their type', () => {
    const forms = [
      { port: 30303, net: 20260, protocol: 65 },
      { port: '30303', net: '20260', protocol: '65' },
      { port: '0x765f', net: '0x4f24', protocol: '65' },
    ]
    for (const form of forms)
      expect(hello(form).info).toEqual({ name: 'x', port: 30303, networkId: '20260', protocol: '65' })
  })

  it('leaves out what it cannot read', () => {
    expect(hello({ port: 70_000, net: 'mainnet', protocol: null, coinbase: '', contact: '', os: {} }).info).toEqual({
      name: 'x',
    })
  })

  it('reads a network id above 2^53 without loss', () => {
    expect(read('{"emit":["hello",{"id":"x","info":{"net":9223372036854775807}}]}')).toMatchObject({
      info: { networkId: '9223372036854775807' },
    })
  })
})

describe('block', () => {
  it('needs only what places it in the chain', () => {
    expect(blockOf({})).toEqual({
      number: 7,
      hash,
      parentHash: `0x${'0'.repeat(64)}`,
      timestamp: 100,
    })
  })

  it('may be block 0', () => {
    expect(blockOf({ number: '0x0' })).toMatchObject({ number: 0 })
  })

  it('has exact difficulties in every form, even as a JSON number above 2^53', () => {
    const digits = '58750003716598352816469'
    expect(blockOf({ totalDifficulty: digits, difficulty: '0x1fffffffffffffff' })).toMatchObject({
      totalDifficulty: 58750003716598352816469n,
      difficulty: 0x1fffffffffffffffn,
    })
    const frame = `{"emit":["block",{"id":"x","block":{"number":7,"hash":"${hash}","timestamp":1,"totalDifficulty":${digits}}}]}`
    expect(bodyOf(read(frame))).toMatchObject({ totalDifficulty: 58750003716598352816469n, number: 7 })
  })

  it('counts transactions and uncles whatever they are, and does not know them where they are no list', () => {
    expect(blockOf({ transactions: ['0x1', { hash }, null], uncles: [{}] })).toMatchObject({
      transactions: 3,
      uncles: 1,
    })
    const unknown = blockOf({ transactions: null, uncles: { length: 5 } })
    expect(unknown).not.toHaveProperty('transactions')
    expect(unknown).not.toHaveProperty('uncles')
  })

  it('has its time in seconds, also from chains that count in smaller parts', () => {
    const times = [1_767_225_612, '0x6955b90c', 1_767_225_612_345, 1_767_225_612_345_678, '1767225612345678901']
    expect(times.map((timestamp) => blockOf({ timestamp }))).toMatchObject(
      times.map(() => ({ timestamp: 1_767_225_612 })),
    )
    const nanos = `{"emit":["block",{"id":"x","block":{"number":7,"hash":"${hash}","timestamp":1767225612345678901}}]}`
    expect(bodyOf(read(nanos))).toMatchObject({ timestamp: 1_767_225_612 })
  })

  it('is refused where its parent is there and unreadable', () => {
    expect(outcome(emit('block', { block: { number: 1, hash, timestamp: 1, parentHash: 'none' } }))).toBe(
      'BLOCK_MALFORMED',
    )
  })
})

describe('stats', () => {
  const stats = (values: object, client?: string) => bodyOf(read(emit('stats', { id: 'x', stats: values }), client))

  it('repairs the syncing flag of clients that invert it', () => {
    expect(stats({ active: true, syncing: true }, 'besu/v25')).toEqual({ active: true, syncing: false })
    expect(stats({ active: true, syncing: false }, 'besu/v25')).toEqual({ active: true, syncing: true })
    expect(stats({ active: true, syncing: true })).toEqual({ active: true, syncing: true })
  })

  it('takes progress for syncing in every dialect', () => {
    expect(stats({ syncing: { currentBlock: 5 } }, 'besu/v25')).toEqual({ active: true, syncing: true })
  })

  it('reads a gas price above 2^53 exactly, as Nethermind writes it', () => {
    const frame = '{"emit":["stats",{"id":"x","stats":{"active":true,"gasPrice":9223372036854775807}}]}'
    expect(bodyOf(read(frame))).toEqual({ active: true, gasPrice: 9223372036854775807n })
  })

  it('has no price for a number beyond all sense, and the rest all the same', () => {
    const frame = '{"emit":["stats",{"id":"x","stats":{"active":true,"gasPrice":1e300,"hashrate":9007199254740993}}]}'
    expect(bodyOf(read(frame))).toEqual({ active: true, hashrate: 9007199254740992 })
  })

  it('leaves out what a client does not say or says wrongly', () => {
    expect(stats({ active: false, mining: 1, peers: -2, hashrate: 'x', gasPrice: {}, uptime: null })).toEqual({
      active: false,
    })
  })

  it('keeps uptime within a hundred percent', () => {
    expect(stats({ active: true, uptime: 1e9 })).toEqual({ active: true, uptime: 100 })
  })
})

describe('history', () => {
  const block = (number: number) => ({ number, hash, timestamp: number })

  it('comes out ascending, marked as history, without what is no block', () => {
    const message = read(
      emit('history', { id: 'x', history: [block(3), null, block(1), false, { number: 9 }, block(2)] }),
    )
    expect(message).toMatchObject({ type: 'history', skipped: 3 })
    expect(message.type === 'history' && message.blocks.map((b) => [b.number, b.historical])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ])
  })

  it('takes a thousand blocks and counts the rest as skipped', () => {
    const message = read(emit('history', { id: 'x', history: Array.from({ length: 1500 }, (_, i) => block(i)) }))
    expect(message.type === 'history' && [message.blocks.length, message.skipped]).toEqual([1000, 500])
  })
})

describe('other messages', () => {
  it('reads latency in all three number forms', () => {
    for (const latency of [11, '11', '0xb'])
      expect(bodyOf(read(emit('latency', { id: 'x', latency })))).toEqual({ latencyMs: 11 })
  })

  it('brings processing times to milliseconds', () => {
    const geth = emit('block_new_payload', { id: 'x', block: { number: 7, hash, processingTime: 83_417_205 } })
    const reth = emit('new-payload', { id: 'x', payload: { number: '0x7', hash, processingTime: 83 } })
    expect(bodyOf(read(geth))).toEqual({ number: 7, hash, processingMs: 83.417205 })
    expect(bodyOf(read(reth))).toEqual({ number: 7, hash, processingMs: 83 })
  })

  it('gives clientTime back with its type, and null for what cannot be echoed', () => {
    const time = (clientTime: unknown) => read(emit('node-ping', { id: 'x', clientTime }))
    expect([1767225602983, '1767225602983', 'Thu', '', 0].map(time)).toMatchObject(
      [1767225602983, '1767225602983', 'Thu', '', 0].map((clientTime) => ({ clientTime })),
    )
    for (const odd of [{}, [], true, undefined, 'x'.repeat(201)]) expect(time(odd)).toMatchObject({ clientTime: null })
  })

  it('keeps the part of a legacy update that is good', () => {
    const update = read(emit('update', { id: 'x', stats: { active: true, block: null, pending: -1, peers: 3 } }))
    expect(update).toEqual({
      type: 'report',
      id: 'x',
      reports: [{ kind: 'node-stats', body: { active: true, peers: 3 } }],
    })
  })

  it('has no id where a frame claims none that can be read', () => {
    for (const id of [undefined, null, 5, {}, '', '\u0000'])
      expect(read(emit('pending', { id, stats: { pending: 1 } }))).toMatchObject({ id: undefined })
  })

  it('reads primus control frames and no others', () => {
    expect(
      ['"primus::ping::17"', '"primus::pong::x y"', '"primus::id::"', '"primus::server::close"', '"hi"'].map((f) =>
        read(f),
      ),
    ).toEqual([
      { type: 'primus-ping', time: '17' },
      { type: 'primus-pong', time: 'x y' },
      { type: 'primus-id' },
      { type: 'unknown', name: 'value' },
      { type: 'unknown', name: 'value' },
    ])
  })

  it('says where a fault is', () => {
    expect(() => read(emit('block', { block: { number: 1, hash: '0x', timestamp: 1 } }))).toThrow('block.hash')
  })
})
