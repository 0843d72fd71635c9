/** Peers that log in, or report, under the identity of another. */
import { chainBlock, connect, emit, hello, isReady, loginAt } from '../support/peer.ts'
import { until } from '../support/processes.ts'
import { opcodes, rawFrame, upgradeRaw } from '../support/raw.ts'
import { rowOf } from '../support/rows.ts'
import { controlNetwork } from './harness.ts'
import type { HostileCase } from './harness.ts'

const stolen: HostileCase = {
  name: 'reports in the name of others',
  async run(harness) {
    const { server } = harness
    const net = controlNetwork
    using thief = await loginAt(server, { id: 'thief', net }, { address: harness.address() })
    const frames = [
      emit('block', { id: 'control-1', block: chainBlock(9_999_999, 0, 66) }),
      emit('stats', { id: 'control-1', stats: { active: false, peers: 0 } }),
      emit('pending', { id: 'control-1', stats: { pending: 666 } }),
      emit('latency', { id: 'control-1', latency: 666 }),
      emit('history', { id: 'control-1', history: [chainBlock(9_999_999, 0, 66)] }),
      hello({ id: 'control-1', secret: server.secret, net, name: 'stolen' }),
    ]
    for (const frame of frames) await thief.send(frame)
    await thief.send(emit('stats', { id: 'thief', stats: { active: true, peers: 1 } }))
    await until(
      'the thief has its own row',
      async () => ((await rowOf(server, net, 'thief'))?.peers === 1 ? true : undefined),
      server,
    )
    const victim = await rowOf(server, net, 'control-1')
    if (victim?.name !== 'control-1' || victim.pending !== 1 || (victim.blockNumber ?? 0) > 9_000_000) {
      throw new Error(`the victim's row became ${JSON.stringify(victim)}`)
    }
    thief.socket.close()
    await thief.ended
    return `${frames.length} kinds`
  },
  counted: { 'ethstats_bad_frames_total{code="stolen-id"}': 6 },
}

const twins: HostileCase = {
  name: 'a second login for a living id',
  async run(harness) {
    const { server } = harness
    const times = 10
    for (let i = 0; i < times; i++) {
      const twin = await connect(`ws://127.0.0.1:${server.port}/api`, { address: harness.address() })
      await twin.send(hello({ id: 'control-2', secret: server.secret, net: controlNetwork, name: 'twin' }))
      const { code } = await twin.ended
      // Before `ready`, and without the word that would keep a Primus client away for ever.
      if (code !== 1013 || twin.received.length > 0) throw new Error(`ended with ${code}, told ${twin.received.join()}`)
    }
    return `${times} logins`
  },
  counted: { 'ethstats_refused_total{reason="duplicate-id"}': 10 },
}

const takeover: HostileCase = {
  name: 'a login for an id whose connection is dead',
  async run(harness) {
    const { server } = harness
    const net = '777005'
    const sessions = (await rowOf(server, net, 'phoenix'))?.sessions ?? 0
    const dead = await upgradeRaw(server, '/api', harness.address())
    await dead.send(rawFrame(opcodes.text, hello({ id: 'phoenix', secret: server.secret, net })))
    await dead.told('{"emit":["ready"]}')
    dead.socket.pause()
    const began = performance.now()
    using fresh = await connect(`ws://127.0.0.1:${server.port}/api`, { address: harness.address() })
    await fresh.send(hello({ id: 'phoenix', secret: server.secret, net }))
    await fresh.first(isReady)
    const tookMs = performance.now() - began
    if (tookMs > 4000) throw new Error(`the take-over took ${Math.round(tookMs)} ms`)
    if (fresh.received.length !== 1) throw new Error(`before ready it was told ${fresh.received.join()}`)
    await fresh.send(emit('stats', { id: 'phoenix', stats: { active: true, peers: 5 } }))
    const row = await until(
      'the row goes on',
      async () => {
        const now = await rowOf(server, net, 'phoenix')
        return now?.peers === 5 ? now : undefined
      },
      server,
    )
    if (row.state !== 'active' || row.sessions !== sessions + 2) throw new Error(`the row is ${JSON.stringify(row)}`)
    dead[Symbol.dispose]()
    fresh.socket.close()
    await fresh.ended
    return `1, let in after ${Math.round(tookMs)} ms`
  },
  counted: { sessions_takeovers_total: 1, 'ethstats_ended_total{reason="superseded"}': 1 },
}

const storm: HostileCase = {
  name: 'wrong secrets',
  async run(harness) {
    const { server } = harness
    const address = harness.address()
    const url = `ws://127.0.0.1:${server.port}/api`
    // Somebody honest behind the same address, who was there before.
    using neighbour = await loginAt(server, { id: 'neighbour', net: '777005' }, { address })
    const times = 300
    const told = { word: 0, nothing: 0 }
    for (let i = 0; i < times; i++) {
      using peer = await connect(url, { address })
      await peer.send(hello({ id: `guess-${i}`, secret: `guess ${i}` }))
      const { code } = await peer.ended
      const word = peer.received.includes('"primus::server::close"')
      if (code !== (word ? 1000 : 1013) || peer.received.some(isReady))
        throw new Error(`answered with ${code}, ${peer.received.join()}`)
      told[word ? 'word' : 'nothing']++
    }
    // The right secret does not help from there now, and helps from anywhere else.
    using late = await connect(url, { address })
    await late.send(hello({ id: 'late', secret: server.secret }))
    if ((await late.ended).code !== 1013) throw new Error('a locked-out address is let in')
    neighbour.socket.close()
    await neighbour.ended
    using again = await loginAt(server, { id: 'neighbour', net: '777005' }, { address })
    using other = await loginAt(server, { id: 'other', net: '777005' }, { address: harness.address() })
    for (const peer of [again, other]) {
      peer.socket.close()
      await peer.ended
    }
    return `${times} guesses from one address: ${told.word} checked, ${told.nothing} turned away`
  },
  counted: { 'ethstats_refused_total{reason="bad-secret"}': 30, 'ethstats_refused_total{reason="locked-out"}': 200 },
}

export const identityCases: readonly HostileCase[] = [stolen, twins, takeover, storm]
