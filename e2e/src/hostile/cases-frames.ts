/** Hostile content in well-formed WebSocket frames. */
import type { NodeRow } from '@netstats/protocol/feed'
import { createRandom, fixtureClients, hostileFrames, mutateFrame, readFixture } from '@netstats/protocol/testing'
import { chainBlock, connect, emit, hello, isReady, loginAt } from '../support/peer.ts'
import { sumOf, until } from '../support/processes.ts'
import { rowOf } from '../support/rows.ts'
import { prefix } from './harness.ts'
import type { Harness, HostileCase } from './harness.ts'
import { floodFrames } from './flooder.ts'
import { wrongTypes } from './wrong-types.ts'

const api = (harness: Harness): string => `ws://127.0.0.1:${harness.server.port}/api`

const killersBeforeLogin: HostileCase = {
  name: 'killers before login',
  async run(harness) {
    const frames = hostileFrames()
    const address = harness.address()
    for (const { name, frame } of frames) {
      using peer = await connect(api(harness), { address })
      await peer.send(frame)
      // Whatever it was: either the session is over, or a good hello is still welcome in it.
      await peer.send(hello({ id: 'x', secret: harness.server.secret }))
      const outcome = await Promise.race([peer.first(isReady), peer.ended])
      if (typeof outcome !== 'string' && ![1000, 1006, 1008, 1009, 1013].includes(outcome.code)) {
        throw new Error(`${name} was answered with ${outcome.code}`)
      }
      peer.socket.close()
      await peer.ended
    }
    return `${frames.length} kinds`
  },
  counted: {
    'ethstats_bad_frames_total{code="before-hello"}': 20,
    'ethstats_refused_total{reason="malformed-hello"}': 3,
    'ethstats_refused_total{reason="too-much-before-login"}': 1,
  },
}

const killersAfterLogin: HostileCase = {
  name: 'killers after login',
  async run(harness) {
    const greeting = hello({ id: 'x', secret: harness.server.secret })
    const frames = hostileFrames().map(({ frame }) => frame)
    // A few at a time: most are faults, and too many end a session.
    for (let at = 0; at < frames.length; at += 30) await floodFrames(harness, greeting, frames.slice(at, at + 30))
    return `${frames.length} kinds`
  },
  counted: {
    'ethstats_bad_frames_total{code="HISTORY_MALFORMED"}': 1,
    'ethstats_bad_frames_total{code="BLOCK_MALFORMED"}': 3,
    'ethstats_bad_frames_total{code="STATS_MALFORMED"}': 1,
    'ethstats_bad_frames_total{code="FRAME_NOT_JSON"}': 2,
    'ethstats_bad_frames_total{code="FRAME_TOO_DEEP"}': 2,
    'ethstats_bad_frames_total{code="FRAME_TOO_MANY_VALUES"}': 1,
    'ethstats_bad_frames_total{code="history-entry"}': 1000,
  },
}

/** Same seed, same frames. */
export const fuzzCase = (seed: number): HostileCase => ({
  name: `fuzzed frames, seed ${seed}`,
  async run(harness) {
    const clients = fixtureClients()
    const before = sumOf(await harness.server.samples(), `${prefix}ethstats_frames_total`)
    const each = Math.ceil(harness.frames / clients.length)
    const fuzzOf = async (client: string, seed: number): Promise<number> => {
      const [greeting = '', ...corpus] = readFixture(client).frames
      const random = createRandom(seed)
      const frames = function* (): Generator<string> {
        for (let n = 0; n < each; n++) yield mutateFrame(corpus, random)
      }
      return (await floodFrames(harness, greeting, frames())).sessions
    }
    let sessions = 0
    // A few at a time: the point is the frames, not the number of sockets.
    for (let at = 0; at < clients.length; at += 5) {
      const some = clients.slice(at, at + 5).map((client, i) => fuzzOf(client, seed * 1000 + at + i))
      for (const count of await Promise.all(some)) sessions += count
    }
    const read = sumOf(await harness.server.samples(), `${prefix}ethstats_frames_total`) - before
    return `${each * clients.length} frames, ${sessions} sessions, ${read} frames read`
  },
  counted: {
    ethstats_bad_frames_total: 100,
    'ethstats_bad_frames_total{code="FRAME_NOT_JSON"}': 10,
    'ethstats_bad_frames_total{code="BLOCK_MALFORMED"}': 10,
    'ethstats_bad_frames_total{code="stolen-id"}': 1,
  },
})

const wrongTypesEverywhere: HostileCase = {
  name: 'wrong types in every field',
  async run(harness) {
    let kinds = 0
    let sent = 0
    const wound = async (client: string): Promise<void> => {
      const [greeting = '', ...rest] = readFixture(client).frames
      // In the short form one frame of each event of this client, and every n-th of the results.
      const events = new Map(rest.map((frame) => [/\["([^"]+)"/.exec(frame)?.[1] ?? frame.slice(0, 12), frame]))
      const frames = harness.thorough ? new Set(rest) : events.values()
      const all = [...frames].flatMap((frame) => [...wrongTypes(frame)])
      const step = harness.thorough ? 1 : Math.ceil((all.length * fixtureClients().length) / harness.frames)
      const chosen = all.filter((_, i) => i % step === 0)
      kinds += chosen.length
      const flooded = await floodFrames(harness, greeting, chosen)
      sent += flooded.frames
    }
    for (let at = 0; at < fixtureClients().length; at += 5) {
      await Promise.all(
        fixtureClients()
          .slice(at, at + 5)
          .map(wound),
      )
    }
    return `${kinds} kinds, ${sent} sent`
  },
  counted: {
    'ethstats_bad_frames_total{code="BLOCK_MALFORMED"}': 10,
    'ethstats_bad_frames_total{code="STATS_MALFORMED"}': 1,
    'ethstats_bad_frames_total{code="LATENCY_MALFORMED"}': 1,
    'ethstats_bad_frames_total{code="PENDING_MALFORMED"}': 1,
    'ethstats_bad_frames_total{code="HISTORY_MALFORMED"}': 1,
    'ethstats_bad_frames_total{code="stolen-id"}': 1,
  },
}

/** The hello of a client under another id: wrong secrets lock an id out, and other cases log in with the client's. */
const helloOf = (client: string, id: string): string =>
  (readFixture(client).frames[0] ?? '').replace(/"id":"/, `"id":"${id}-`)

const wrongHellos: HostileCase = {
  name: 'wrong types in every field of hello',
  async run(harness) {
    const clients = harness.thorough ? fixtureClients() : ['geth-1.17']
    const id = `wrong-${harness.address()}`
    const hellos = clients.flatMap((client) => [...wrongTypes(helloOf(client, id))])
    let welcome = 0
    let refused = 0
    for (const frame of hellos) {
      // An address each: what is wrong with the secret locks an address out.
      using peer = await connect(api(harness), { address: harness.address() })
      await peer.send(frame)
      // Where even the event is no hello, the session waits for one.
      await peer.send(emit('hello', {}))
      const outcome = await Promise.race([peer.first(isReady), peer.ended])
      if (typeof outcome === 'string') welcome++
      else refused++
      peer.socket.close()
      await peer.ended
    }
    return `${welcome + refused} hellos: ${welcome} let in, ${refused} refused`
  },
  counted: {
    'ethstats_refused_total{reason="malformed-hello"}': 10,
    'ethstats_refused_total{reason="bad-secret"}': 5,
  },
}

const megabytes = (count: number): number => Math.floor(count * 1e6)

const large: HostileCase = {
  name: '12 MB frames, and larger ones than allowed',
  async run(harness) {
    const id = 'large'
    const address = harness.address()
    const legal = [
      emit('block', { id, block: { ...chainBlock(5, 0), extraData: `0x${'ab'.repeat(megabytes(6))}` } }),
      emit('block', {
        id,
        block: {
          ...chainBlock(6, 0),
          transactions: Array.from({ length: 150_000 }, (_, i) => ({ hash: `0x${String(i).padStart(64, '0')}` })),
        },
      }),
      emit('history', { id, history: Array.from({ length: 24_000 }, (_, i) => chainBlock(i, 0)) }),
      emit('stats', { id, stats: { active: true, peers: 3, note: 'x'.repeat(megabytes(12)) } }),
    ]
    for (const frame of legal) {
      using peer = await loginAt(harness.server, { id }, { address })
      await peer.send(frame)
      // It is answered after the large frame was taken: the session has survived it.
      await peer.send(emit('node-ping', { id, clientTime: '1' }))
      await peer.first('node-pong')
      peer.socket.close()
      await peer.ended
    }
    // They are large, and reports all the same.
    const isWhole = (row: NodeRow | undefined): boolean => row?.blockTransactions === 150_000 && row.peers === 3
    const row = (): Promise<NodeRow | undefined> => rowOf(harness.server, '4242', id)
    await until(
      'large reports are shown',
      async () => (isWhole(await row()) ? true : undefined),
      harness.server,
      10_000,
    )
    using peer = await loginAt(harness.server, { id }, { address })
    await peer.send(emit('stats', { id, stats: { note: 'x'.repeat(17 << 20) } }))
    const { code } = await peer.ended
    if (code !== 1009) throw new Error(`a frame over the limit was answered with ${code}`)
    return `${legal.map((frame) => `${(frame.length / 1e6).toFixed(1)} MB`).join(', ')}; 17.8 MB`
  },
  counted: { 'ethstats_bad_frames_total{code="oversized"}': 1, 'ethstats_ended_total{reason="oversized"}': 1 },
}

const deepFrames = (id: string, depth: number): readonly string[] => [
  '['.repeat(depth),
  '['.repeat(depth) + ']'.repeat(depth),
  `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  `{"emit":["block",{"id":"${id}","block":${'['.repeat(depth)}${']'.repeat(depth)}}]}`,
  `{"emit":["stats",{"id":"${id}","stats":${'{"syncing":'.repeat(depth)}true${'}'.repeat(depth)}}]}`,
  // A number that has lost digits makes the reader look at the text again, value by value.
  `{"emit":["block",{"id":"${id}","block":{"number":1,"hash":"0x${'ab'.repeat(32)}","timestamp":1,"difficulty":98765432109876543210,"deep":${'['.repeat(depth)}${']'.repeat(depth)}}}]}`,
]

const deep: HostileCase = {
  name: 'deep nesting',
  async run(harness) {
    const depths = [100, 5000, 20_000, 60_000, 2_000_000]
    const id = 'deep'
    const frames = depths.flatMap((depth) => [...deepFrames(id, depth)])
    const { frames: sent } = await floodFrames(harness, hello({ id, secret: harness.server.secret }), frames)
    return `${sent} frames, up to ${Math.max(...depths)} deep`
  },
  counted: {
    'ethstats_bad_frames_total{code="FRAME_TOO_DEEP"}': 5,
    'ethstats_bad_frames_total{code="FRAME_NOT_JSON"}': 1,
  },
}

export const frameCases: readonly HostileCase[] = [
  killersBeforeLogin,
  killersAfterLogin,
  fuzzCase(1),
  wrongTypesEverywhere,
  wrongHellos,
  large,
  deep,
]
