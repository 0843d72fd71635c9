/** The classic dashboard's end of `/primus`: what it is sent, sorted, and what each message must look like. */
import { connect } from './peer.ts'
import type { Peer, PeerOptions } from './peer.ts'
import { keys, listOf } from './shape.ts'
import type { Shape } from './shape.ts'

export interface ClassicMessage {
  readonly action: string
  readonly data: unknown
}

export interface ClassicPage extends Peer {
  /** Everything so far; an event of primus-emit counts as an action of its name. */
  messages(action?: string): readonly ClassicMessage[]
}

const readMessage = (frame: string): ClassicMessage | undefined => {
  const value = JSON.parse(frame) as { action?: string; data?: unknown; emit?: [string, unknown] } | string
  if (typeof value === 'string') return undefined
  if (value.emit !== undefined) return { action: value.emit[0], data: value.emit[1] }
  return value.action === undefined ? undefined : { action: value.action, data: value.data }
}

/** Opens the page as the browser bundle does, primus 3 query and all, and says `ready`. */
export const openPage = async (
  server: { readonly port: number },
  options: PeerOptions = {},
  network?: string,
): Promise<ClassicPage> => {
  const query = `_primuscb=1430000000000-0${network === undefined ? '' : `&network=${network}`}`
  const peer = await connect(`ws://127.0.0.1:${server.port}/primus/?${query}`, options)
  await peer.send('{"emit":["ready"]}')
  return {
    ...peer,
    messages: (action) =>
      peer.received
        .map(readMessage)
        .filter((one) => one !== undefined)
        .filter((one) => action === undefined || one.action === action),
    [Symbol.dispose]: () => peer[Symbol.dispose](),
  }
}

const info = keys({
  name: 'string',
  node: 'string',
  port: 'number',
  net: 'string',
  protocol: 'string',
  api: 'string',
  os: 'string',
  os_v: 'string',
  client: 'string',
  canUpdateHistory: 'boolean',
  contact: 'string',
  coinbase: 'string',
  ip: 'string',
})

const geo: Shape = {
  either: [
    { is: null },
    keys({
      range: listOf('number', 2),
      country: 'string',
      region: 'string',
      city: 'string',
      ll: listOf('number', 2),
      metro: 'number',
      area: 'number',
    }),
  ],
}

const block = keys({
  number: 'number',
  hash: 'string',
  parentHash: 'string',
  timestamp: 'number',
  miner: 'string',
  gasUsed: 'number',
  gasLimit: 'number',
  difficulty: 'number',
  totalDifficulty: 'number',
  transactions: listOf({ is: 0 }),
  uncles: listOf({ is: 0 }),
  transactionsRoot: 'string',
  stateRoot: 'string',
  sha3Uncles: 'string',
  trusted: 'boolean',
  arrived: 'number',
  received: 'number',
  propagation: 'number',
  fork: 'number',
  time: 'number',
})

const report = {
  active: 'boolean',
  mining: 'boolean',
  syncing: 'boolean',
  hashrate: 'number',
  peers: 'number',
  gasPrice: 'number',
  uptime: 'number',
  latency: 'number',
} as const
const stats = keys({ ...report, pending: 'number', block, propagationAvg: 'number' })
const history = listOf('number', 40)
const nodeInfo = { id: 'string', info, stats, history, geo } as const
const node = keys({
  ...nodeInfo,
  trusted: 'boolean',
  uptime: keys({ started: 'number', up: 'number', down: 'number', lastStatus: 'boolean', lastUpdate: 'number' }),
  spark: 'string',
})
const bin = keys({
  x: 'number',
  dx: { is: 250 },
  y: 'number',
  frequency: 'number',
  cumulative: 'number',
  cumpercent: 'number',
})
const series = listOf('number', 40)

/** Data of every message a server sends a page by itself. */
export const classicShapes: { readonly [action: string]: Shape } = {
  // The answer to `ready` has the nodes under a key, the broadcast is the list.
  init: { either: [keys({ nodes: listOf(node) }), listOf(node)] },
  add: keys(nodeInfo),
  block: keys({ id: 'string', block, propagationAvg: 'number', history }),
  pending: keys({ id: 'string', pending: 'number' }),
  stats: keys({ id: 'string', stats: keys(report) }),
  inactive: keys({ id: 'string', stats, history }),
  charts: keys({
    height: series,
    blocktime: series,
    avgBlocktime: 'number',
    difficulty: series,
    uncles: series,
    transactions: series,
    gasSpending: series,
    gasLimit: series,
    miners: listOf(keys({ miner: 'string', name: { is: false }, blocks: 'number' })),
    propagation: keys({ histogram: listOf(bin, 40), avg: 'number' }),
    uncleCount: series,
    avgHashrate: 'number',
  }),
  'client-ping': keys({ serverTime: 'number' }),
  'client-latency': keys({ latency: 'number' }),
}
