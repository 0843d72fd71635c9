/** More than anybody needs. */
import { connect, emit, hello, isReady, loginAt } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'
import { sumOf } from '../support/processes.ts'
import { opcodes, rawFrame, upgradeRaw } from '../support/raw.ts'
import { prefix } from './harness.ts'
import type { HostileCase } from './harness.ts'

/** Writes batches as fast as the socket takes them until the time is over or the server has had enough. */
const flood = async (peer: Pick<Peer, 'send'>, batch: string | Buffer, count: number, ms: number): Promise<number> => {
  const until = performance.now() + ms
  let sent = 0
  while (performance.now() < until) {
    const written: Promise<boolean>[] = []
    for (let i = 0; i < count; i++) written.push(peer.send(batch))
    const done = (await Promise.all(written)).filter(Boolean).length
    sent += done
    if (done < count) return sent
  }
  return sent
}

const reports: HostileCase = {
  name: 'one agent as fast as its socket takes it',
  async run(harness) {
    const id = 'flooder'
    using peer = await loginAt(harness.server, { id, net: '777006' }, { address: harness.address(), maxKept: 0 })
    const frame = emit('pending', { id, stats: { pending: 1 } })
    const sent = await flood(peer, frame, 500, harness.floodMs)
    const read = sumOf(await harness.server.samples(), `${prefix}ethstats_frames_total`, { event: 'pending' })
    peer.socket.close()
    await peer.ended
    return `${sent} reports in ${harness.floodMs / 1000} s, ${read} read`
  },
  counted: { 'queue_shed_total{class="latency",reason="rate"}': 1000 },
}

const pings: HostileCase = {
  name: 'WebSocket pings without end, answers not read',
  async run(harness) {
    const raw = await upgradeRaw(harness.server, '/api', harness.address())
    await raw.send(rawFrame(opcodes.text, hello({ id: 'pinger', secret: harness.server.secret, net: '777006' })))
    await raw.told('{"emit":["ready"]}')
    raw.socket.pause()
    const many = Buffer.concat(Array.from({ length: 500 }, () => rawFrame(opcodes.ping, Buffer.alloc(125))))
    const sent = await flood(raw, many, 1, harness.floodMs / 2)
    raw[Symbol.dispose]()
    return `${sent * 500} pings`
  },
  counted: { 'ethstats_bad_frames_total{code="ping-flood"}': 1, 'ethstats_ended_total{reason="faults"}': 1 },
}

const words: HostileCase = {
  name: 'a classic page that talks without end and reads nothing',
  async run(harness) {
    const raw = await upgradeRaw(harness.server, '/primus', harness.address())
    raw.socket.pause()
    const kinds = [
      '"primus::ping::1"',
      '{"emit":["ready"]}',
      '{"emit":["client-pong",{"serverTime":1}]}',
      '"primus::id::"',
    ]
    const many = Buffer.concat(Array.from({ length: 500 }, (_, i) => rawFrame(opcodes.text, kinds[i % 4] ?? '')))
    const sent = await flood(raw, many, 1, harness.floodMs / 2)
    raw[Symbol.dispose]()
    return `${sent * 500} words`
  },
  counted: { classic_ignored_total: 400, 'classic_ended_total{reason="flood"}': 1 },
}

const shortConnections: HostileCase = {
  name: '2,000 short connections from one address',
  async run(harness) {
    const address = harness.address()
    const url = `ws://127.0.0.1:${harness.server.port}/api`
    const outcomes = { 'let in': 0, 'turned away': 0 }
    const one = async (i: number): Promise<void> => {
      try {
        using peer = await connect(url, { address })
        await peer.send(hello({ id: `short-${i % 50}`, secret: harness.server.secret, net: '777006' }))
        await Promise.race([peer.first(isReady), peer.ended])
        outcomes['let in']++
      } catch {
        outcomes['turned away']++
      }
    }
    for (let i = 0; i < 2000; i += 50) await Promise.all(Array.from({ length: 50 }, (_, k) => one(i + k)))
    return `${outcomes['let in']} let in, ${outcomes['turned away']} turned away`
  },
  counted: { 'ethstats_refused_total{reason="address-rate"}': 1 },
}

export const floodCases: readonly HostileCase[] = [reports, pings, words, shortConnections]
