/** A few agents that say nothing twice, so that each row they make can be told from all others. */
import { chainBlock, emit, loginAt } from '../support/peer.ts'
import type { Peer } from '../support/peer.ts'
import type { Oracle } from './history-oracle.ts'

export interface Oracles {
  readonly reports: Oracle
  readonly sights: Oracle
  readonly blocks: Oracle
}

export interface FleetOptions {
  readonly agents: number
  readonly network: string
  readonly oracles: Oracles
}

export interface Fleet {
  readonly ids: readonly string[]
  /** Height of the newest block that was sent. */
  readonly height: number
  /** Logs all of them in, tells their last block again as real clients do, and reports until it is disposed. */
  connect(server: { readonly port: number; readonly secret: string }): Promise<Disposable>
}

const reportEveryMs = 25
const blockEveryMs = 400

export const createFleet = ({ agents, network, oracles }: FleetOptions): Fleet => {
  const ids = Array.from({ length: agents }, (_, i) => `reporter-${i}`)
  // The chain is slower than its blocks come, so that its times never run ahead of the clock.
  const start = Math.floor(Date.now() / 1000) - 100_000
  let number = 0
  let height = 1000

  const report = (id: string, peer: Peer): void => {
    const value = ++number
    oracles.reports.sent(`${id} ${value}`)
    void peer.send(emit('pending', { id, stats: { pending: value } }))
  }
  const tellBlock = (id: string, peer: Peer): void => {
    oracles.sights.sent(`${id} ${height}`)
    void peer.send(emit('block', { id, block: chainBlock(height, start) }))
  }

  return {
    ids,
    get height() {
      return height
    },
    connect: async (server) => {
      const peers = await Promise.all(
        ids.map(async (id, i) => {
          const peer = await loginAt(server, { id, net: network }, { address: `127.0.8.${i + 1}`, maxKept: 20 })
          // Nobody waits for its end: the server is killed under it.
          peer.socket.on('error', () => undefined)
          return { id, peer }
        }),
      )
      if (height === 1000) oracles.blocks.sent(String(height))
      for (const { id, peer } of peers) tellBlock(id, peer)
      const reports = setInterval(() => peers.forEach(({ id, peer }) => report(id, peer)), reportEveryMs)
      const blocks = setInterval(() => {
        oracles.blocks.sent(String(++height))
        peers.forEach(({ id, peer }) => tellBlock(id, peer))
      }, blockEveryMs)
      return {
        [Symbol.dispose]: () => {
          clearInterval(reports)
          clearInterval(blocks)
          for (const { peer } of peers) peer[Symbol.dispose]()
        },
      }
    },
  }
}
