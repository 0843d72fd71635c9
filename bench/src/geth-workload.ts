/**
 * The messages of one geth, byte for byte in its shape: Go sorts the keys of a map, so `block` stands before `id`, and every
 * message ends with a newline. All values are invented and follow from the block number alone, so that every process of a
 * run agrees about them.
 */
import { networkId, usualClient } from './fleet-nodes.ts'
import { textFrame } from './frames.ts'
import { textHash } from './store-values.ts'

/** Transactions in a block. geth sends their hashes: about 70 bytes each. */
export const transactionsPerBlock = 12

export interface BlockFacts {
  readonly sealers?: number
  /** Another block of the same height. */
  readonly sibling?: boolean
}

export const blockJson = (
  number: number,
  timestampSeconds: number,
  { sealers = 5, sibling = false }: BlockFacts = {},
): string =>
  JSON.stringify({
    number,
    hash: textHash(sibling ? `sibling ${number}` : `block ${number}`),
    parentHash: textHash(`block ${number - 1}`),
    timestamp: timestampSeconds,
    miner: textHash(`sealer ${(number + (sibling ? 1 : 0)) % sealers}`).slice(0, 42),
    gasUsed: 252_000 + (number % 7) * 21_000,
    gasLimit: 30_000_000,
    difficulty: '2',
    totalDifficulty: String(number * 2),
    transactions: Array.from({ length: transactionsPerBlock }, (_, i) => ({ hash: textHash(`tx ${number} ${i}`) })),
    transactionsRoot: textHash(`txs ${number}`),
    stateRoot: textHash(`state ${number}`),
    uncles: [],
  })

const frame = (event: string, payload: string): Buffer => textFrame(Buffer.from(`{"emit":["${event}",${payload}]}\n`))

export interface NodeFacts {
  readonly client?: string
  readonly networkId?: string
}

export const hello = (
  id: string,
  secret: string,
  { client = usualClient, networkId: net = networkId }: NodeFacts = {},
): Buffer =>
  frame(
    'hello',
    JSON.stringify({
      id,
      info: {
        name: id,
        node: client,
        port: 30303,
        net,
        protocol: 'eth/69, eth/68, snap/1',
        api: 'No',
        os: 'linux',
        os_v: 'amd64',
        client: '0.1.1',
        canUpdateHistory: true,
      },
      secret,
    }),
  )

/** An answer to a request for history: blocks as they follow from their numbers, one every five seconds up to the newest. */
export const historyFrame = (id: string, numbers: readonly number[], newest: number, newestSeconds: number): Buffer => {
  const blocks = numbers.map((number) => blockJson(number, newestSeconds - (newest - number) * 5))
  return frame('history', `{"history":[${blocks.join(',')}],"id":"${id}"}`)
}

/** A block frame with room for the id: only that differs between agents. */
export interface PreparedBlock {
  readonly number: number
  readonly json: string
  /** By length of the id: the frame, and where the id goes. */
  readonly frames: Map<number, { readonly frame: Buffer; readonly place: number }>
}

export const prepareBlock = ({ number, json }: { readonly number: number; readonly json: string }): PreparedBlock => ({
  number,
  json,
  frames: new Map(),
})

/** A block frame of an agent whose id is ASCII. */
export const writeBlock = ({ json, frames }: PreparedBlock, id: string): Buffer => {
  let known = frames.get(id.length)
  if (known === undefined) {
    const made = frame('block', `{"block":${json},"id":"${'-'.repeat(id.length)}"}`)
    known = { frame: made, place: made.length - id.length - '"}]}\n'.length }
    frames.set(id.length, known)
  }
  const own = Buffer.allocUnsafe(known.frame.length)
  known.frame.copy(own)
  own.write(id, known.place, 'latin1')
  return own
}

/** The frames that stay the same all run: made once per agent. */
export interface StaticFrames {
  readonly ping: Buffer
  readonly latency: Buffer
  readonly pending: Buffer
  readonly stats: Buffer
}

export const staticFrames = (id: string, index: number, syncing = false): StaticFrames => ({
  ping: frame('node-ping', `{"clientTime":"2026-08-20 10:58:14.123456789 +0000 UTC m=+12.345678901","id":"${id}"}`),
  latency: frame('latency', `{"id":"${id}","latency":"${1 + (index % 90)}"}`),
  pending: frame('pending', `{"id":"${id}","stats":{"pending":${index % 400}}}`),
  stats: frame(
    'stats',
    `{"id":"${id}","stats":{"active":true,"syncing":${syncing},"peers":${8 + (index % 42)},"gasPrice":1284503311,"uptime":100}}`,
  ),
})
