/**
 * Nodes that come and go, and agents whose nodes report alarms and take them back. What reaches the server before it is
 * killed is by chance; what it has made of it is what counts.
 */
import { nodeId, unixMs } from '@netstats/protocol'
import type { Alarm } from '@netstats/protocol'
import type { Random } from '@netstats/protocol/testing/random'
import { subProtocol, writeFrame } from '@netstats/protocol/netstats'
import { agentHello } from '../support/agent-hello.ts'
import { connect, loginAt } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'
import { until } from '../support/processes.ts'

export interface AlarmFleetOptions {
  readonly reporters: number
  readonly nodes: number
  readonly random: Random
}

export interface AlarmFleet {
  /** Connects those that are there, and reports until it is disposed. */
  connect(server: { readonly port: number; readonly secret: string }): Promise<Disposable>
}

const network = '4242'
const everyMs = 40
/** A node is there for one of these times and gone for the next. */
const comingAndGoingMs = 70_000

export const createAlarmFleet = ({ reporters, nodes, random }: AlarmFleetOptions): AlarmFleet => {
  let number = 0
  let connections = 0
  /** Alarms that were reported and not taken back, by reporter. */
  const open: Alarm[][] = Array.from({ length: reporters }, () => [])

  const bodyOf = (i: number): Alarm => {
    const mine = open[i] ?? []
    if (mine.length > 3 || (mine.length > 0 && random.next() < 0.45)) {
      const [first] = mine.splice(Math.floor(random.next() * mine.length), 1)
      return { ...(first as Alarm), step: 'cleared', message: 'it is over' }
    }
    if (mine.length > 0 && random.next() < 0.3) return { ...(mine[0] as Alarm), severity: 1 + (number++ % 4) }
    const alarm: Alarm = {
      alarm: `alarm-${++number}`,
      step: 'raised',
      type: 'disk',
      severity: 1 + (number % 4),
      message: `alarm ${number}`,
    }
    mine.push(alarm)
    return alarm
  }

  const report = (peer: Peer, i: number, state: { sequence: number; batch: number }): void => {
    const item = {
      kind: 'alarm' as const,
      node: nodeId(`reporter-${i}`),
      observedAt: unixMs(Date.now()),
      body: bodyOf(i),
      sequence: state.sequence + 1,
    }
    void peer.send(writeFrame({ type: 'batch', after: state.sequence, number: ++state.batch, items: [item] }))
    state.sequence++
  }

  const isThere = (i: number): boolean => (Math.floor(Date.now() / comingAndGoingMs) + i) % 2 === 0

  /** A server that has just begun may send it away for a while. */
  const logIn = async (server: { readonly port: number; readonly secret: string }, i: number): Promise<Peer> => {
    const peer = await connect(`ws://127.0.0.1:${server.port}/agent`, { protocol: subProtocol, maxKept: 5 })
    // Nobody waits for its end: the server is killed under it.
    peer.socket.on('error', () => undefined)
    const id = `reporter-${i}`
    const info = { name: id, networkId: network, client: 'Geth/v1.16.3' }
    // Each connection has a spool of its own: what the last one sent and was not taken is lost.
    const spool = String(++connections).padStart(32, '0')
    await peer.send(agentHello(id, { token: server.secret, spool, info }))
    await peer.first('"welcome"')
    return peer
  }

  return {
    async connect(server) {
      const peers: Peer[] = []
      const timers: NodeJS.Timeout[] = []
      for (let i = 0; i < reporters; i++) {
        const peer = await until('a reporter', () => logIn(server, i))
        peers.push(peer)
        const state = { sequence: 0, batch: 0 }
        timers.push(setInterval(() => report(peer, i, state), everyMs))
      }
      for (let i = 0; i < nodes; i++) {
        if (!isThere(i)) continue
        const id = { id: `node-${i}`, net: network }
        const peer = await until('a node', () => loginAt(server, id, { maxKept: 5 }))
        peer.socket.on('error', () => undefined)
        peers.push(peer)
      }
      return {
        [Symbol.dispose]: () => {
          for (const timer of timers) clearInterval(timer)
          for (const peer of peers) peer[Symbol.dispose]()
        },
      }
    },
  }
}
