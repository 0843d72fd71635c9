/**
 * What one geth says, byte for byte in its shape: Go sorts the keys of a map, so `block` stands before `id`, and every
 * message ends with a newline. All values are invented and follow from the block number alone, so that every process of a
 * run agrees about them.
 */
import { createHash } from 'node:crypto'
import { textFrame } from './frames.ts'

const digest = (text: string): string => `0x${createHash('sha256').update(text).digest('hex')}`

export const networkId = '20261'
/** Transactions in a block. geth sends their hashes: about 70 bytes each. */
export const transactionsPerBlock = 12

export const blockJson = (number: number, timestampSeconds: number): string =>
  JSON.stringify({
    number,
    hash: digest(`block ${number}`),
    parentHash: digest(`block ${number - 1}`),
    timestamp: timestampSeconds,
    miner: digest(`sealer ${number % 5}`).slice(0, 42),
    gasUsed: 252_000 + (number % 7) * 21_000,
    gasLimit: 30_000_000,
    difficulty: '2',
    totalDifficulty: String(number * 2),
    transactions: Array.from({ length: transactionsPerBlock }, (_, i) => ({ hash: digest(`tx ${number} ${i}`) })),
    transactionsRoot: digest(`txs ${number}`),
    stateRoot: digest(`state ${number}`),
    uncles: [],
  })

const frame = (event: string, payload: string): Buffer => textFrame(Buffer.from(`{"emit":["${event}",${payload}]}\n`))

export const hello = (id: string, secret: string): Buffer =>
  frame(
    'hello',
    JSON.stringify({
      id,
      info: {
        name: id,
        node: 'Geth/v1.16.3-stable-d1f9bd1c/linux-amd64/go1.24.6',
        port: 30303,
        net: networkId,
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

export const staticFrames = (id: string, index: number): StaticFrames => ({
  ping: frame('node-ping', `{"clientTime":"2026-08-20 10:58:14.123456789 +0000 UTC m=+12.345678901","id":"${id}"}`),
  latency: frame('latency', `{"id":"${id}","latency":"${1 + (index % 90)}"}`),
  pending: frame('pending', `{"id":"${id}","stats":{"pending":${index % 400}}}`),
  stats: frame(
    'stats',
    `{"id":"${id}","stats":{"active":true,"syncing":false,"peers":${8 + (index % 42)},"gasPrice":1284503311,"uptime":100}}`,
  ),
})
