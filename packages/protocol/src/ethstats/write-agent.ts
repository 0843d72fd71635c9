/**
 * Frames from a reporter to a server, with geth's fields, JSON types and order of keys: collectors written in Go decode
 * nothing else.
 */
import type { Block, NodeInfo, NodeStats } from '../kinds/mod.ts'
import { emitFrame, goJson } from './go-json.ts'
import { zeroHash } from '../loose/read-block.ts'
import { zeroAddress } from '../loose/values.ts'

export { goTime } from './go-json.ts'

/** What all built-in reporters call themselves; servers warn about less. */
const reporterVersion = '0.1.1'
/**
 * Not geth's "No": by that a server knows the client's own reporter, whose quirks (an inverted `syncing`) it repairs.
 * Here the client is only watched.
 */
const reporterApi = 'netstats'
/** Most blocks of one history answer. */
const maxHistory = 50
/** Most hashes written for one block: no server reads more of them than their number. */
const maxTransactions = 100_000

export const writeHello = (id: string, secret: string, info: NodeInfo): string =>
  emitFrame(
    'hello',
    goJson({
      id,
      info: {
        name: info.name,
        node: info.client ?? 'unknown',
        port: info.port ?? 0,
        net: info.networkId ?? '0',
        protocol: info.protocol ?? '',
        api: info.api ?? reporterApi,
        os: info.os ?? '',
        os_v: info.osVersion ?? '',
        client: info.reporter ?? reporterVersion,
        canUpdateHistory: info.canUpdateHistory ?? true,
        ...(info.contact === undefined ? {} : { contact: info.contact }),
        ...(info.coinbase === undefined ? {} : { coinbase: info.coinbase }),
      },
      secret,
    }),
  )

export const writeNodePing = (id: string, clientTime: string): string =>
  emitFrame('node-ping', goJson({ clientTime, id }))

/** Half the round trip, whole milliseconds, as text. */
export const writeLatency = (id: string, ms: number): string =>
  emitFrame('latency', goJson({ id, latency: String(Math.max(0, Math.trunc(ms))) }))

export const writeBlock = (id: string, block: Block): string =>
  emitFrame('block', `{"block":${blockJson(block)},"id":${goJson(id)}}`)

export const writePending = (id: string, pending: number): string =>
  emitFrame('pending', goJson({ id, stats: { pending } }))

/**
 * What the node does not say is left out where geth leaves it out too, and is 0 otherwise. Peers are left out as well,
 * though geth always knows them: no peers is an alarm, and unknown is none.
 */
export const writeStats = (id: string, stats: NodeStats): string => {
  const mining = stats.mining === undefined ? '' : `"mining":${stats.mining},`
  const peers = stats.peers === undefined ? '' : `"peers":${stats.peers},`
  const hashrate = stats.hashrate === undefined ? '' : `"hashrate":${Math.trunc(stats.hashrate)},`
  // The price goes out as digits: as a JavaScript number it could lose some.
  const body =
    `{"active":${stats.active},"syncing":${stats.syncing ?? false},${mining}${hashrate}${peers}` +
    `"gasPrice":${stats.gasPrice ?? 0n},"uptime":${Math.round(stats.uptime ?? 100)}}`
  return emitFrame('stats', `{"id":${goJson(id)},"stats":${body}}`)
}

/** The newest 50 of the blocks, descending as geth answers. */
export const writeHistory = (id: string, blocks: readonly Block[]): string => {
  const newest = [...blocks].sort((a, b) => b.number - a.number).slice(0, maxHistory)
  return emitFrame('history', `{"history":[${newest.map(blockJson).join(',')}],"id":${goJson(id)}}`)
}

const blockJson = (block: Block): string =>
  JSON.stringify({
    number: block.number,
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: block.timestamp,
    miner: block.miner ?? zeroAddress,
    gasUsed: block.gasUsed ?? 0,
    gasLimit: block.gasLimit ?? 0,
    difficulty: (block.difficulty ?? 0n).toString(),
    totalDifficulty: (block.totalDifficulty ?? 0n).toString(),
    transactions: transactions(block),
    transactionsRoot: block.transactionsRoot ?? zeroHash,
    stateRoot: block.stateRoot ?? zeroHash,
    uncles: Array.from({ length: Math.min(block.uncles ?? 0, maxUncles) }, () => ({})),
  })

/** No chain allows more than two. */
const maxUncles = 100

/** As many entries as transactions, for servers count them; where a hash is not known, one of zeros. */
const transactions = (block: Block): readonly { readonly hash: string }[] =>
  Array.from({ length: Math.min(block.transactions ?? 0, maxTransactions) }, (_, i) => ({
    hash: block.transactionHashes?.[i] ?? zeroHash,
  }))
