/** Connections that are no proper WebSocket, or stay silent, or die without a word. */
import { hello, loginAt } from '../support/peer.ts'
import { until } from '../support/processes.ts'
import { opcodes, openRaw, rawFrame, upgradeRaw } from '../support/raw.ts'
import type { RawPeer } from '../support/raw.ts'
import { controlNetwork, prefix } from './harness.ts'
import type { Harness, HostileCase } from './harness.ts'

const ready = '{"emit":["ready"]}'

/** A logged-in agent on a hand-made WebSocket. */
const rawLogin = async (harness: Harness, id: string, net = '777004'): Promise<RawPeer> => {
  const raw = await upgradeRaw(harness.server, '/api', harness.address())
  await raw.send(rawFrame(opcodes.text, hello({ id, secret: harness.server.secret, net })))
  await raw.told(ready)
  return raw
}

const within = async (what: string, ended: Promise<number>, from: number, limitMs: number): Promise<void> => {
  const ms = (await ended) - from
  if (ms > limitMs) throw new Error(`${what} was closed after ${Math.round(ms)} ms, not within ${limitMs}`)
}

const neverLogin: HostileCase = {
  name: 'connections that never log in',
  async run(harness) {
    const { server } = harness
    const address = harness.address()
    const many = 20
    const each = <T>(open: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: many }, open))
    const mute = await each(() => openRaw(server, address))
    const half = await each(async () => {
      const raw = await openRaw(server, address)
      await raw.send('GET /api HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnec')
      return raw
    })
    const slow = await each(async () => {
      const raw = await openRaw(server, address)
      await raw.send('GET / HTTP/1.1\r\nHost: localhost\r\nX: ')
      return raw
    })
    const drip = setInterval(() => {
      for (const raw of slow) void raw.send('x')
    }, 500)
    const helloless = await each(() => upgradeRaw(server, '/api', address))
    const chatty = await each(() => upgradeRaw(server, '/api', address))
    for (const raw of chatty)
      for (let i = 0; i < 5; i++) await raw.send(rawFrame(opcodes.text, '{"emit":["stats",{}]}'))
    // Login is given 2 s here, and who does not answer the close is cut after 5; headers get 10 s.
    for (const raw of [...helloless, ...chatty]) await within('a WebSocket without hello', raw.ended, 0, 11_000)
    for (const raw of mute) await within('a silent connection', raw.ended, 0, 16_000)
    for (const raw of half) await within('half an upgrade request', raw.ended, 0, 16_000)
    for (const raw of slow) await within('a header that never ends', raw.ended, 0, 16_000)
    clearInterval(drip)
    return `${many} each: silent, half a request, a byte at a time, WebSocket without hello, WebSocket with reports before hello`
  },
  counted: {
    'ethstats_refused_total{reason="login-timeout"}': 40,
    'ethstats_bad_frames_total{code="before-hello"}': 100,
    'http_faults_total{reason="timeout"}': 60,
  },
}

const halfOpen: HostileCase = {
  name: 'half-open sockets',
  async run(harness) {
    const { server } = harness
    const many = 10
    const agents: RawPeer[] = []
    for (let i = 0; i < many; i++) agents.push(await rawLogin(harness, `half-open-${i}`))
    const readers: RawPeer[] = []
    for (let i = 0; i < many; i++) {
      const raw = await upgradeRaw(server, i % 2 === 0 ? '/feed' : '/primus', harness.address())
      const greeting =
        i % 2 === 0 ? `{"type":"subscribe","id":1,"topic":"summary","network":"${controlNetwork}"}` : ready
      await raw.send(rawFrame(opcodes.text, greeting))
      readers.push(raw)
    }
    // From here they answer nothing, not even the pings and closes of the server: only its clock can end them.
    for (const { socket } of [...agents, ...readers]) socket.pause()
    await until(
      'all of them are given up',
      async () => {
        const connections = await server.metric(`${prefix}connections`)
        return connections <= 5 ? true : undefined
      },
      server,
      30_000,
    )
    for (const raw of [...agents, ...readers]) raw[Symbol.dispose]()
    return `${many} agents, ${many} readers that stop answering`
  },
  counted: {
    'ethstats_ended_total{reason="silent"}': 10,
    'feed_viewers_closed_total{reason="half-open"}': 5,
    'classic_ended_total{reason="silent"}': 5,
  },
}

const oddFrames: HostileCase = {
  name: 'binary, fragmented and broken frames',
  async run(harness) {
    const greeting = hello({ id: 'odd', secret: harness.server.secret, net: '777004' })
    // A hello in many pieces, with pings between them, is a hello all the same.
    const pieces = await upgradeRaw(harness.server, '/api', harness.address())
    for (let at = 0; at < greeting.length; at += 10) {
      const opcode = at === 0 ? opcodes.text : opcodes.more
      await pieces.send(rawFrame(opcode, greeting.slice(at, at + 10), { fin: at + 10 >= greeting.length }))
      await pieces.send(rawFrame(opcodes.ping, 'p'))
    }
    await pieces.told(ready)
    // Binary frames are ignored, as the classic servers do.
    for (let i = 0; i < 20; i++) await pieces.send(rawFrame(opcodes.binary, Buffer.alloc(1000, i)))
    await pieces.send(rawFrame(opcodes.text, '"primus::ping::5"'))
    await pieces.told('primus::pong::5')
    pieces[Symbol.dispose]()

    const broken: readonly (readonly [string, Buffer])[] = [
      ['invalid UTF-8', rawFrame(opcodes.text, Buffer.from([0x22, 0xff, 0xfe, 0x22]))],
      ['UTF-8 of half a character', rawFrame(opcodes.text, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))],
      ['unmasked', rawFrame(opcodes.text, '{}', { masked: false })],
      ['opcode 3', rawFrame(3, 'x')],
      ['opcode 15', rawFrame(15, 'x')],
      ['reserved bit', rawFrame(opcodes.text, 'x', { reserved: 4 })],
      ['continuation of nothing', rawFrame(opcodes.more, 'x')],
      [
        'text in the middle of a text',
        Buffer.concat([rawFrame(opcodes.text, 'x', { fin: false }), rawFrame(opcodes.text, 'x')]),
      ],
      ['long ping', rawFrame(opcodes.ping, Buffer.alloc(126))],
      ['ping in pieces', rawFrame(opcodes.ping, 'x', { fin: false })],
      ['close code 1005', rawFrame(opcodes.close, Buffer.from([0x03, 0xed]))],
      ['close of one byte', rawFrame(opcodes.close, Buffer.from([1]))],
      ['length of 2^62', Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
      [
        '20,000 pieces',
        Buffer.concat([
          rawFrame(opcodes.text, 'x', { fin: false }),
          ...Array.from({ length: 20_000 }, () => rawFrame(opcodes.more, 'x', { fin: false })),
        ]),
      ],
    ]
    for (const [name, frame] of broken) {
      const raw = await rawLogin(harness, 'broken')
      await raw.send(frame)
      const from = performance.now()
      await raw.ended
      if (performance.now() - from > 8000) throw new Error(`${name} was not ended at once`)
    }
    return `hello in pieces, 20 binary frames, ${broken.length} kinds of broken frames`
  },
  counted: {
    'ethstats_bad_frames_total{code="binary"}': 20,
    'ethstats_bad_frames_total{code="not-utf8"}': 2,
    'ethstats_bad_frames_total{code="protocol-error"}': 8,
    'ethstats_bad_frames_total{code="oversized"}': 2,
    'ethstats_ended_total{reason="protocol-error"}': 8,
  },
}

const nothingButFaults: HostileCase = {
  name: 'a session of nothing but faults',
  async run(harness) {
    using peer = await loginAt(harness.server, { id: 'faulty', net: '777004' }, { address: harness.address() })
    let sent = 0
    while (sent < 500 && (await peer.send('{"emit":'))) sent++
    const { code } = await peer.ended
    if (code !== 1008) throw new Error(`it was ended with ${code}`)
    return `up to ${sent} frames that are no JSON`
  },
  counted: { 'ethstats_ended_total{reason="faults"}': 1, 'ethstats_bad_frames_total{code="FRAME_NOT_JSON"}': 51 },
}

/** A peer that will not go: it reads the close and goes on talking. */
const clingers: HostileCase = {
  name: 'refused peers that stay and talk',
  async run(harness) {
    const many = 20
    const peers: RawPeer[] = []
    for (let i = 0; i < many; i++) {
      const raw = await upgradeRaw(harness.server, '/api', harness.address())
      await raw.send(rawFrame(opcodes.text, hello({ id: `clinger-${i}`, secret: 'wrong' })))
      peers.push(raw)
    }
    const talk = setInterval(() => {
      for (const raw of peers)
        for (let i = 0; i < 20; i++) void raw.send(rawFrame(opcodes.text, '{"emit":["stats",{}]}'))
    }, 50)
    for (const raw of peers) await within('a refused peer', raw.ended, 0, 15_000)
    clearInterval(talk)
    return `${many} peers, 400 frames a second each`
  },
  counted: { 'ethstats_refused_total{reason="bad-secret"}': 20 },
}

export const socketCases: readonly HostileCase[] = [neverLogin, halfOpen, oddFrames, nothingButFaults, clingers]
