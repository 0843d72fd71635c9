/** A login and what was sent through it. */
import type { Block, Hash, UnixMs } from '@netstats/protocol'
import { writeBlock, writeHistory, writePending, writeStats } from '@netstats/protocol/ethstats'
import type { Connection } from './connection.ts'
import type { Frame } from './plan.ts'

/** Longest frame sent: classic servers close at 10 MiB. */
const maxFrameBytes = 8 * 1024 * 1024
const maxSentHashes = 256

export interface Login {
  readonly connection: Connection
  readonly wasSent: (hash: Hash) => boolean
  /** When the state sent last, of each kind, was observed. */
  readonly lastStatsAt: () => UnixMs | undefined
  readonly lastPendingAt: () => UnixMs | undefined
  /** Resolves once the socket took the frame. */
  send(frame: Frame): Promise<void>
  /** Resolves once the server has read every block sent so far; rejects where it never will. */
  proveBlocks(): Promise<void>
  /** Late blocks were passed over since the login: history fills in once the present is reached. */
  owesHistory: boolean
}

export const createLogin = (connection: Connection, id: string): Login => {
  const sent = new Set<Hash>()
  let lastStatsAt: UnixMs | undefined
  let lastPendingAt: UnixMs | undefined
  /** Blocks sent, and how many of them the server has proved to have read. */
  let blocksSent = 0
  let blocksProven = 0

  const remember = (hash: Hash): void => {
    blocksSent++
    sent.add(hash)
    for (const oldest of sent) {
      if (sent.size <= maxSentHashes) return
      sent.delete(oldest)
    }
  }

  const sendHistory = (blocks: readonly Block[]): Promise<void> => {
    let part = blocks
    let text = writeHistory(id, part)
    // The newest half, until it fits: a server would rather have those.
    while (Buffer.byteLength(text) > maxFrameBytes && part.length > 1) {
      part = part.slice(-Math.floor(part.length / 2))
      text = writeHistory(id, part)
    }
    for (const one of part) remember(one.hash)
    return connection.send('history', text)
  }

  return {
    connection,
    owesHistory: false,
    wasSent: (hash) => sent.has(hash),
    lastStatsAt: () => lastStatsAt,
    lastPendingAt: () => lastPendingAt,
    proveBlocks: async () => {
      const through = blocksSent
      if (blocksProven >= through) return
      await connection.prove()
      blocksProven = Math.max(blocksProven, through)
    },
    send: (frame) => {
      switch (frame.type) {
        case 'history':
          return sendHistory(frame.blocks)
        case 'block':
          remember(frame.block.hash)
          return connection.send('block', writeBlock(id, frame.block))
        case 'pending':
          lastPendingAt = frame.at
          return connection.send('pending', writePending(id, frame.pending))
        case 'stats':
          lastStatsAt = frame.at
          return connection.send('stats', writeStats(id, frame.stats))
      }
    },
  }
}
