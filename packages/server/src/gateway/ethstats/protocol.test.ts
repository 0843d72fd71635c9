import fc from 'fast-check'
import { hostileFrames, fixtureClients, mutateFrame, createRandom, readFixture } from '@netstats/protocol/testing'
import { describe, expect, it } from 'vitest'
import {
  blockFrame,
  blockJson,
  createStage,
  emit,
  hashOf,
  helloFrame,
  latencyFrame,
  pendingFrame,
  pingFrame,
} from './testing.ts'

const ready = '{"emit":["ready"]}'
const serverClose = '"primus::server::close"'

describe('login', () => {
  it('answers a good hello with ready, and with nothing before it', () => {
    const stage = createStage()
    const peer = stage.open()
    stage.say(peer, '"primus::ping::1700000000000"')
    stage.say(peer, pingFrame('alpha'))
    stage.say(peer, helloFrame('alpha'))
    expect(peer.done).toEqual([{ type: 'send', text: ready }])
    expect(stage.core.network('1337')?.node('alpha')).toMatchObject({ state: 'active', clientName: 'geth' })
    expect(stage.protocol.counts.badFrames.get('before-hello')).toBe(2)
  })

  it('refuses a wrong secret for good: primus::server::close and a close', () => {
    const stage = createStage()
    const peer = stage.open()
    stage.say(peer, helloFrame('alpha', { secret: 'guess' }))
    expect(peer.done).toEqual([
      { type: 'send', text: serverClose },
      { type: 'close', code: 1000 },
    ])
    expect(stage.inputs).toEqual([])
    expect(stage.protocol.counts.refused['bad-secret']).toBe(1)
  })

  it('refuses a hello without a secret where one is set, and lets everybody in where none is', () => {
    const closed = createStage()
    const refused = closed.open()
    closed.say(refused, '{"emit":["hello",{"id":"a","info":{"name":"a"}}]}')
    expect(closed.sent(refused)).toEqual([serverClose])
    const open = createStage({ secrets: [] })
    const welcome = open.open()
    open.say(welcome, '{"emit":["hello",{"id":"a","info":{"name":"a"}}]}')
    expect(open.sent(welcome)).toEqual([ready])
  })

  it('accepts each of several secrets', () => {
    const stage = createStage({ secrets: ['old', 'new'] })
    const peers = ['old', 'new', 'other'].map((secret) => {
      const peer = stage.open()
      stage.say(peer, helloFrame(secret, { secret }))
      return stage.sent(peer)[0]
    })
    expect(peers).toEqual([ready, ready, serverClose])
  })

  it('answers a hello without id or info, so that no geth waits for ever', () => {
    const stage = createStage()
    for (const frame of ['{"emit":["hello",{"info":{}}]}', '{"emit":["hello",{"id":"a"}]}', '{"emit":["hello"]}']) {
      const peer = stage.open()
      stage.say(peer, frame)
      expect(peer.done).toEqual([
        { type: 'send', text: serverClose },
        { type: 'close', code: 1000 },
      ])
    }
  })

  it('closes a connection that has not logged in after ten seconds, without keeping it away', () => {
    const stage = createStage()
    const peer = stage.open()
    stage.pass(9)
    expect(peer.done).toEqual([])
    stage.pass(1)
    expect(peer.done).toEqual([{ type: 'close', code: 1013 }])
    expect(stage.protocol.counts.refused['login-timeout']).toBe(1)
  })

  it('takes a second hello on one connection as news of the node, not as a login', () => {
    const stage = createStage()
    const peer = stage.open()
    stage.say(peer, helloFrame('alpha'))
    stage.say(peer, helloFrame('alpha', { contact: 'ops@example.org' }))
    stage.say(peer, helloFrame('beta'))
    expect(stage.sent(peer)).toEqual([ready])
    expect(stage.core.network('1337')?.node('alpha')?.contact).toBe('ops@example.org')
    expect(stage.core.network('1337')?.node('beta')).toBeUndefined()
    expect(stage.protocol.counts.badFrames.get('stolen-id')).toBe(1)
  })

  it('follows its node to the network that a second hello names', () => {
    const stage = createStage()
    const peer = stage.open()
    stage.say(peer, helloFrame('alpha', { net: '5' }))
    stage.say(peer, blockFrame('alpha', 7))
    stage.say(peer, helloFrame('alpha', { net: '6' }))
    stage.say(peer, blockFrame('alpha', 8))
    expect(stage.core.network('6')?.node('alpha')).toMatchObject({ blockNumber: 8, state: 'active' })
    const other = stage.open()
    stage.say(other, helloFrame('alpha', { net: '5' }))
    expect(stage.sent(other)).toEqual([ready])
    const rival = stage.open()
    stage.say(rival, helloFrame('alpha', { net: '6' }))
    expect(stage.sent(rival)).toEqual([])
    stage.close(peer)
    expect(stage.core.network('6')?.node('alpha')?.state).toBe('active')
    expect(stage.core.network('5')?.node('alpha')?.state).toBe('active')
  })

  it('does not take an id from its owner by a second hello', () => {
    const stage = createStage()
    const [owner, mover] = [stage.open(), stage.open()]
    stage.say(owner, helloFrame('alpha', { net: '6' }))
    stage.say(mover, helloFrame('alpha', { net: '5' }))
    stage.say(mover, helloFrame('alpha', { net: '6', contact: 'thief' }))
    expect(mover.done.at(-1)).toEqual({ type: 'close', code: 1012 })
    expect(stage.protocol.counts.ended.moved).toBe(1)
    stage.close(mover)
    expect(stage.core.network('6')?.node('alpha')).toMatchObject({ state: 'active', contact: null })
    expect(stage.core.network('5')?.node('alpha')?.state).toBe('inactive')
  })

  it('that greets without end is shown the door', () => {
    const stage = createStage()
    const peer = stage.open()
    for (let i = 0; i < 60; i++) stage.say(peer, helloFrame('alpha', { net: String(i) }))
    expect(peer.done.at(-1)).toEqual({ type: 'close', code: 1008 })
    expect(stage.core.networks()).toHaveLength(1 + 50)
  })
})

describe('an id that is already connected', () => {
  const twice = () => {
    const stage = createStage()
    const first = stage.open()
    stage.say(first, helloFrame('alpha'))
    const second = stage.open({ address: '192.0.2.9' })
    stage.say(second, helloFrame('alpha'))
    return { stage, first, second }
  }

  it('makes the older session prove that it lives, and refuses the newcomer before ready', () => {
    const { stage, first, second } = twice()
    expect(second.done).toEqual([])
    expect(first.done.at(-1)).toEqual({ type: 'ping' })
    stage.protocol.roundTrip(first, 4, stage.at())
    expect(second.done).toEqual([{ type: 'close', code: 1013 }])
    stage.say(first, blockFrame('alpha', 7))
    expect(stage.core.network('1337')?.node('alpha')?.blockNumber).toBe(7)
  })

  it('counts any frame of an older session that was never heard to answer a ping as proof', () => {
    const { stage, first, second } = twice()
    stage.say(first, pendingFrame('alpha'))
    stage.pass(1)
    expect(second.done).toEqual([{ type: 'close', code: 1013 }])
  })

  it('takes no frame for proof where pings are answered: it may have waited unread since before the end', () => {
    const stage = createStage()
    const first = stage.open()
    stage.say(first, helloFrame('alpha'))
    stage.protocol.roundTrip(first, 4, stage.at())
    const second = stage.open()
    stage.say(second, helloFrame('alpha'))
    stage.say(first, pendingFrame('alpha'))
    expect(second.done).toEqual([])
    stage.close(first)
    expect(stage.sent(second)).toEqual([ready])
  })

  it('is not taken from a session that is read from slowly, whose answer cannot be heard', () => {
    const { stage, first, second } = twice()
    first.paused = true
    stage.pass(1)
    expect(second.done).toEqual([])
    stage.pass(1)
    expect(second.done).toEqual([{ type: 'close', code: 1013 }])
    expect(first.done.filter(({ type }) => type === 'ping').length).toBeGreaterThanOrEqual(2)
  })

  it('gives its place to the newcomer when it does not answer', () => {
    const { stage, first, second } = twice()
    stage.pass(3)
    expect(first.done.at(-1)).toEqual({ type: 'terminate' })
    expect(stage.sent(second)).toEqual([ready])
    stage.close(first)
    expect(stage.core.network('1337')?.node('alpha')).toMatchObject({ state: 'active', sessions: 2 })
    expect(stage.registry.counts.takeovers).toBe(1)
    expect(stage.protocol.states.active).toBe(1)
  })

  it('lets the newcomer in at once when the older connection closes', () => {
    const { stage, first, second } = twice()
    stage.close(first)
    expect(stage.sent(second)).toEqual([ready])
    expect(stage.core.network('1337')?.node('alpha')?.state).toBe('active')
  })

  it('never alternates: a third is refused while two are being judged', () => {
    const { stage, second } = twice()
    const third = stage.open()
    stage.say(third, helloFrame('alpha'))
    expect(third.done).toEqual([{ type: 'close', code: 1013 }])
    expect(second.done).toEqual([])
  })

  it('is another node on another network', () => {
    const stage = createStage()
    const first = stage.open()
    const second = stage.open()
    stage.say(first, helloFrame('alpha', { net: '1' }))
    stage.say(second, helloFrame('alpha', { net: '2' }))
    expect([stage.sent(first), stage.sent(second)]).toEqual([[ready], [ready]])
  })

  it('forgets a newcomer that leaves while it waits', () => {
    const { stage, first, second } = twice()
    stage.close(second)
    stage.pass(5)
    expect(first.done.some((one) => one.type === 'terminate')).toBe(false)
    expect(stage.protocol.states).toEqual({ 'awaiting-hello': 0, authenticating: 0, active: 1 })
  })
})

describe('a session', () => {
  const loggedIn = (id = 'alpha', info: Record<string, unknown> = {}, primusClient = false) => {
    const stage = createStage()
    const peer = stage.open({ primusClient })
    stage.say(peer, helloFrame(id, info))
    peer.done.length = 0
    return { stage, peer }
  }

  it('answers node-ping with the client time as it came, whatever its type', () => {
    const { stage, peer } = loggedIn()
    const times = ['2026-01-01 00:00:00.1 +0000 UTC m=+6.2', '1767225600010', 1_767_225_600_010, 1.5, null]
    for (const time of times) stage.say(peer, pingFrame('alpha', time))
    const echoed = stage.sent(peer).map((text) => {
      const { emit: frame } = JSON.parse(text) as { emit: [string, { clientTime: unknown; serverTime: number }] }
      expect(frame).toHaveLength(2)
      expect(frame[0]).toBe('node-pong')
      expect(frame[1].serverTime).toBe(stage.at())
      return frame[1].clientTime
    })
    expect(echoed).toEqual(times)
  })

  it('takes the pause before a pong out of the latency that the client then tells', () => {
    const { stage, peer } = loggedIn()
    peer.pongHeldMs = 25
    stage.say(peer, emit('latency', { id: 'alpha', latency: '14' }))
    expect(stage.core.network('1337')?.node('alpha')?.latencyMs).toBe(2)
    // Below half the pause it was not measured by that pong: it says something else, and stays as it is.
    stage.say(peer, emit('latency', { id: 'alpha', latency: '3' }))
    expect(stage.core.network('1337')?.node('alpha')?.latencyMs).toBe(3)
  })

  it('answers primus pings and asks for ids', () => {
    const { stage, peer } = loggedIn()
    stage.say(peer, '"primus::ping::1700000000000"')
    stage.say(peer, '"primus::id::"')
    expect(stage.sent(peer)).toEqual(['"primus::pong::1700000000000"', '"primus::id::0"'])
  })

  it('refuses what claims to come from another node, and counts it', () => {
    const { stage, peer } = loggedIn()
    const victim = stage.open()
    stage.say(victim, helloFrame('victim'))
    for (const frame of [
      blockFrame('victim', 9),
      pendingFrame('victim'),
      emit('history', { id: 'victim', history: [] }),
    ]) {
      stage.say(peer, frame)
    }
    expect(stage.core.network('1337')?.node('victim')?.blockNumber).toBeNull()
    expect(stage.protocol.counts.badFrames.get('stolen-id')).toBe(3)
    expect(peer.done).toEqual([])
  })

  it('is closed when it sends too much that is not understood', () => {
    const { stage, peer } = loggedIn()
    for (let i = 0; i < 51; i++) stage.say(peer, '{"emit":["block",{"id":"alpha","block":null}]}')
    expect(peer.done).toEqual([{ type: 'close', code: 1008 }])
    expect(stage.protocol.counts.badFrames.get('BLOCK_MALFORMED')).toBe(51)
  })

  it('may send a few binary frames and pings of its own, not a flood of them', () => {
    const few = loggedIn()
    for (let i = 0; i < 50; i++) few.stage.protocol.protocolError(few.peer, 'binary', few.stage.at())
    for (let i = 0; i < 300; i++) few.stage.protocol.pinged(few.peer, few.stage.at())
    expect(few.peer.done).toEqual([])
    few.stage.protocol.protocolError(few.peer, 'binary', few.stage.at())
    expect(few.peer.done).toEqual([{ type: 'close', code: 1008 }])

    const { stage, peer } = loggedIn()
    for (let i = 0; i < 1000; i++) stage.protocol.pinged(peer, stage.at())
    expect(peer.done).toEqual([{ type: 'close', code: 1008 }])
    expect(stage.protocol.counts.ended.faults).toBe(1)
  })

  it('is counted by what it did to its connection', () => {
    for (const [code, ending] of [
      ['oversized', 'oversized'],
      ['not-utf8', 'protocol-error'],
      ['protocol-error', 'protocol-error'],
      ['internal', 'internal'],
    ] as const) {
      const { stage, peer } = loggedIn()
      stage.protocol.protocolError(peer, code, stage.at())
      expect(stage.protocol.counts.ended[ending], code).toBe(1)
      // The connection is closed by the one who saw the fault.
      expect(peer.done).toEqual([])
    }
  })

  it('sheds a flood of pending and still takes blocks', () => {
    const { stage, peer } = loggedIn()
    for (let i = 0; i < 5000; i++) stage.say(peer, pendingFrame('alpha', i))
    stage.say(peer, blockFrame('alpha', 12))
    expect(stage.sheds.filter((one) => one === 'latency')).toHaveLength(4700)
    expect(stage.core.network('1337')?.node('alpha')).toMatchObject({ blockNumber: 12, state: 'active' })
    expect(peer.done).toEqual([])
  })

  it('is read from more slowly when it sends more blocks than it may, and loses none', () => {
    const { stage, peer } = loggedIn()
    for (let number = 1; number <= 1000; number++) stage.say(peer, blockFrame('alpha', number))
    expect(peer.throttledNow).toBe(true)
    expect(stage.sheds).toEqual([])
    expect(stage.core.network('1337')?.node('alpha')?.blockNumber).toBe(1000)
    stage.pass(3)
    expect(peer.throttledNow).toBe(true)
    stage.pass(2)
    expect(peer.throttledNow).toBe(false)
  })

  it('is not read from while it sends more bytes than it may', () => {
    const { stage, peer } = loggedIn()
    const large = emit('pending', { id: 'alpha', stats: { pending: 1 }, rest: 'x'.repeat(12 << 20) })
    for (let i = 0; i < 3; i++) stage.say(peer, large)
    expect(peer.throttledNow).toBe(true)
    stage.pass(5)
    expect(peer.throttledNow).toBe(false)
  })

  it('is pinged, and cut when nothing was heard of it for a minute', () => {
    const { stage, peer } = loggedIn()
    stage.pass(59)
    expect(peer.done.filter((one) => one.type === 'ping').length).toBeGreaterThanOrEqual(2)
    expect(peer.done.some((one) => one.type === 'terminate')).toBe(false)
    stage.pass(25)
    expect(peer.done.at(-1)).toEqual({ type: 'terminate' })
    expect(stage.protocol.counts.ended.silent).toBe(1)
    stage.close(peer)
    expect(stage.core.network('1337')?.node('alpha')?.state).toBe('inactive')
  })

  it('is pinged half as often while it speaks, and at the first look in any case', () => {
    const { stage, peer } = loggedIn()
    const pings = (): number => peer.done.filter((one) => one.type === 'ping').length
    for (let i = 0; i < 12; i++) {
      stage.say(peer, pendingFrame('alpha'))
      stage.pass(10)
      if (i === 1) expect(pings()).toBe(1)
    }
    expect(pings()).toBe(3)
    stage.pass(40)
    expect(pings()).toBe(5)
  })

  it('lives on pongs alone', () => {
    const { stage, peer } = loggedIn()
    for (let i = 0; i < 20; i++) {
      stage.pass(20)
      stage.protocol.roundTrip(peer, 12.5, stage.at())
    }
    expect(peer.done.every((one) => one.type === 'ping')).toBe(true)
    expect(stage.core.network('1337')?.node('alpha')?.roundTripMs).toBe(12.5)
  })

  it('is cut when it does not read', () => {
    const { stage, peer } = loggedIn()
    peer.unread = 2 << 20
    stage.pass(20)
    expect(peer.done.at(-1)).toEqual({ type: 'terminate' })
  })

  it('keeps what it said before it closed, and leaves once', () => {
    const { stage, peer } = loggedIn()
    stage.say(peer, blockFrame('alpha', 3))
    stage.close(peer)
    stage.close(peer)
    expect(stage.core.network('1337')?.node('alpha')).toMatchObject({ state: 'inactive', blockNumber: 3 })
    expect(stage.inputs.filter((input) => input.type === 'disconnected')).toHaveLength(1)
    expect(stage.protocol.counts.ended.peer).toBe(1)
  })
})

describe('primus pings of the server', () => {
  const after = (info: Record<string, unknown>, primusClient: boolean, say: readonly string[] = []) => {
    const stage = createStage()
    const peer = stage.open({ primusClient })
    stage.say(peer, helloFrame('alpha', info))
    for (const frame of say) stage.say(peer, frame)
    for (let i = 0; i < 60; i++) {
      stage.pass(1)
      peer.heard = true
    }
    return stage.sent(peer).filter((text) => text.startsWith('"primus::ping::')).length
  }

  it('go to a primus client that sends none itself, before it gives up', () => {
    expect(after({}, true)).toBe(2)
    expect(after({}, true, ['"primus::ping::1"'])).toBe(0)
  })

  it('go to a Nethermind that measures by them, not to one that sends node-ping', () => {
    const info = { node: 'Nethermind/v1.20.0/linux-x64/dotnet7' }
    expect(after(info, false)).toBe(2)
    expect(after(info, false, [pingFrame('alpha')])).toBe(0)
  })

  it('never go to clients that disconnect on them', () => {
    for (const node of ['reth/v1.8.0', 'Geth/v1.9.10-stable/linux-amd64/go1.13', 'erigon/3.0', 'besu/v25.11.0', 'x']) {
      expect(after({ node }, false)).toBe(0)
    }
    expect(after({ node: 'reth/v1.8.0' }, true)).toBe(0)
  })
})

describe('history', () => {
  const request = (text: string | undefined): unknown =>
    text === undefined ? undefined : (JSON.parse(text) as { emit: unknown[] }).emit[1]
  const answer = (id: string, numbers: readonly number[]): string =>
    emit('history', { id, history: numbers.map(blockJson) })

  it('asks for block 0 once, after the first latency, and learns the genesis from it', () => {
    const stage = createStage()
    const peer = stage.open()
    stage.say(peer, helloFrame('alpha'))
    stage.say(peer, latencyFrame('alpha'))
    stage.say(peer, latencyFrame('alpha'))
    expect(stage.sent(peer).slice(1)).toEqual(['{"emit":["history",{"max":0,"min":0,"list":[0]}]}'])
    stage.say(peer, answer('alpha', [0]))
    expect(stage.inputs.findLast((input) => input.type === 'genesis')).toMatchObject({ genesis: hashOf(0) })
    expect(stage.core.networks()[0]?.summary().genesis).toBe(hashOf(0))
    expect(stage.core.networks()[0]?.node('alpha')?.blockNumber).toBeNull()
  })

  it('fills what is missing below the head, as back-filled blocks without propagation', () => {
    const stage = createStage()
    const peer = stage.open()
    stage.say(peer, helloFrame('alpha'))
    stage.say(peer, latencyFrame('alpha'))
    stage.say(peer, answer('alpha', [0]))
    stage.say(peer, blockFrame('alpha', 10))
    stage.say(peer, latencyFrame('alpha'))
    const asked = request(stage.sent(peer).at(-1)) as { list: number[]; max: number; min: number }
    expect(asked.max).toBe(9)
    expect(asked.list.at(-1)).toBe(9)
    expect(asked.min).toBe(asked.list[0])
    stage.say(peer, answer('alpha', asked.list.toReversed()))
    const view = stage.core.networks()[0]
    expect(view?.block(hashOf(9))).toMatchObject({ canonical: true, arrivedAt: null })
    expect(view?.node('alpha')?.blockNumber).toBe(10)
    // And the genesis block, which was asked for before.
    expect(stage.protocol.counts.historyBlocks).toBe(asked.list.length + 1)
  })

  it('asks Besu for few blocks at a time and never asks who cannot answer', () => {
    const stage = createStage()
    const besu = stage.open()
    stage.say(besu, helloFrame('besu', { node: 'besu/v25.11.0/linux-x86_64/openjdk-java-21' }))
    stage.say(besu, latencyFrame('besu'))
    stage.say(besu, answer('besu', [0]))
    stage.say(besu, blockFrame('besu', 100))
    stage.say(besu, latencyFrame('besu'))
    expect(request(stage.sent(besu).at(-1))).toEqual({ max: 99, min: 95, list: [95, 96, 97, 98, 99] })
    const mute = stage.open()
    stage.say(mute, helloFrame('mute', { canUpdateHistory: false }))
    stage.say(mute, latencyFrame('mute'))
    expect(stage.sent(mute)).toEqual([ready])
  })

  it('forgives a session that failed once and then answers', () => {
    const stage = createStage({ limits: { silenceMs: 600_000 } })
    const peer = stage.open()
    stage.say(peer, helloFrame('alpha'))
    stage.say(peer, latencyFrame('alpha'))
    stage.say(peer, answer('alpha', [0]))
    stage.say(peer, blockFrame('alpha', 1000))
    const askedNow = (): { list: number[] } => {
      stage.pass(3)
      stage.say(peer, latencyFrame('alpha'))
      return request(stage.sent(peer).at(-1)) as { list: number[] }
    }
    for (let round = 0; round < 3; round++) {
      const { list } = askedNow()
      stage.say(peer, answer('alpha', []))
      expect(askedNow().list).toEqual(list)
      stage.say(peer, answer('alpha', list))
    }
    expect(stage.core.networks()[0]?.missing(2000)).toHaveLength(1000 - 150)
  })

  it('gives up on a session that does not answer', () => {
    const stage = createStage({ limits: { silenceMs: 600_000 } })
    const peer = stage.open()
    stage.say(peer, helloFrame('alpha'))
    stage.say(peer, blockFrame('alpha', 100))
    for (let i = 0; i < 10; i++) {
      stage.say(peer, latencyFrame('alpha'))
      stage.pass(31)
    }
    expect(stage.protocol.counts.historyRequests).toBe(2)
    expect(stage.registry.counts.backfillTimeouts).toBe(2)
    expect(stage.registry.backfillOutstanding).toBe(0)
  })
})

describe('drain', () => {
  it('sends everybody away without keeping them away, and calls no node inactive', () => {
    const stage = createStage()
    const peer = stage.open()
    stage.say(peer, helloFrame('alpha'))
    const waiting = stage.open()
    stage.registry.drain()
    stage.protocol.drain()
    expect(peer.done.at(-1)).toEqual({ type: 'close', code: 1012 })
    expect(waiting.done).toEqual([{ type: 'close', code: 1013 }])
    stage.close(peer)
    expect(stage.core.network('1337')?.node('alpha')?.state).toBe('active')
    const late = stage.open()
    stage.say(late, helloFrame('late'))
    expect(late.done).toEqual([{ type: 'close', code: 1013 }])
  })
})

describe('whatever comes', () => {
  const pool = [
    ...hostileFrames()
      .map((one) => one.frame)
      .filter((frame) => frame.length < 100_000),
    ...fixtureClients().flatMap((client) => readFixture(client).frames),
    blockFrame('alpha', 1),
    blockFrame('beta', 2),
    pendingFrame('alpha'),
    latencyFrame('alpha'),
    pingFrame('alpha'),
    helloFrame('alpha', { secret: 'wrong' }),
    '"primus::ping::1"',
  ]
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('frame' as const), frame: fc.constantFrom(...pool) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('mutant' as const),
        seed: fc.integer({ min: 1, max: 1 << 30 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('hello' as const), id: fc.constantFrom('alpha', 'beta') }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 15 }) }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('close' as const, 'pong' as const) }) },
  )
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), step), { maxLength: 60 })

  it('nothing is sent before ready but a refusal, nothing observed for another id, nothing thrown', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const stage = createStage()
        const peers = [stage.open(), stage.open(), stage.open({ primusClient: true })]
        for (const [index, one] of plan) {
          const peer = peers[index]
          if (peer === undefined) continue
          if (one.type === 'frame') stage.say(peer, one.frame)
          else if (one.type === 'mutant') stage.say(peer, mutateFrame(pool, createRandom(one.seed)))
          else if (one.type === 'hello') stage.say(peer, helloFrame(one.id))
          else if (one.type === 'pass') stage.pass(one.seconds)
          else if (one.type === 'pong') stage.protocol.roundTrip(peer, 1, stage.at())
          else stage.close(peer)
        }
        for (const peer of peers) {
          const sent = stage.sent(peer)
          const first = sent[0]
          if (first !== undefined) expect([ready, serverClose]).toContain(first)
          if (first === serverClose) expect(sent).toHaveLength(1)
          expect(sent.filter((text) => text === ready).length).toBeLessThanOrEqual(1)
          const heldBack = peer.id === '' ? sent.filter((text) => text !== serverClose) : []
          expect(heldBack).toEqual([])
        }
        const announced = new Set<string>()
        for (const input of stage.inputs) {
          if (input.type === 'connected') announced.add(input.node)
          else if (input.type === 'observation') expect(announced).toContain(input.observation.node)
        }
        const owners = new Set(peers.filter((peer) => peer.id !== '').map((peer) => peer.id))
        for (const input of stage.inputs) {
          if (input.type === 'observation') expect(owners).toContain(input.observation.node)
        }
      }),
      { numRuns: 300 },
    )
  })
})
