/** Answers the questions about the past that the pages ask, from invented numbers. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeColumn } from '@netstats/protocol/feed'
import { eventsOf } from './events.ts'
import { seriesOf } from './history.ts'
import type { SimNetwork } from './network.ts'
import { look } from './topics.ts'

class Missing extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

type NetworkAt = (key: string, at: number) => SimNetwork | undefined

/** How far back anything is known. */
const retentionMs = 40 * 86_400_000
const keptMoments = 8

/** Gives true where the request was answered. */
export function serveRest(networks: readonly SimNetwork[], networkAt: NetworkAt) {
  const moments = new Map<string, SimNetwork>()
  const at = (key: string, moment: number): SimNetwork => {
    if (moment < Date.now() - retentionMs) throw new Missing('API_MOMENT_UNKNOWN', 'Nothing is kept of that time.')
    const name = `${key} ${moment}`
    const found = moments.get(name) ?? networkAt(key, moment)
    if (!found) throw new Missing('API_NETWORK_UNKNOWN', `No network "${key}" is known.`)
    moments.set(name, found)
    if (moments.size > keptMoments) moments.delete(moments.keys().next().value ?? '')
    return found
  }
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const url = new URL(request.url ?? '/', 'http://sim')
    const [, api, , start, key = '', ...rest] = url.pathname.split('/').map(decodeURIComponent)
    if (api !== 'api') return false
    const say = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    try {
      if (start !== 'networks') throw new Missing('API_ROUTE_UNKNOWN', 'Nothing is here.')
      const query = url.searchParams
      if (rest[0] === 'history')
        say(
          200,
          historyOf(
            rest,
            query,
            networks.find((n) => n.key === key),
          ),
        )
      else {
        const moment = query.get('at')
        const live = networks.find((n) => n.key === key)
        const network = moment === null && live ? live : at(key, Date.parse(moment ?? ''))
        say(200, pastOf(network, rest, query))
      }
    } catch (error) {
      const code = error instanceof Missing ? error.code : 'API_FAILED'
      say(404, { code, detail: (error as Error).message })
    }
    return true
  }
}

function pastOf(network: SimNetwork, [what, id]: readonly string[], query: URLSearchParams): unknown {
  const { key } = network
  if (what === 'state') return { summary: network.summary(), blocks: network.blocks() }
  if (what === 'map') return look([network], { topic: 'map', network: key })
  if (what === 'blocks') {
    const hash = network.blocks().find((b) => b.hash === id || String(b.number) === id)?.hash
    const block = hash === undefined ? null : network.detail(hash)
    if (!block) throw new Missing('API_BLOCK_UNKNOWN', 'No such block then.')
    return block
  }
  if (what === 'nodes' && id !== undefined) {
    const row = look([network], { topic: 'node', network: key, node: id })
    if (!row) throw new Missing('API_NODE_UNKNOWN', 'No such node then.')
    return row
  }
  const window = {
    sort: (query.get('sort') ?? 'name') as NodeColumn,
    descending: query.get('order') === 'desc',
    filter: query.get('filter') ?? '',
    offset: Number(query.get('offset') ?? 0),
    limit: Number(query.get('limit') ?? 100),
    pinned: [],
  }
  const found = look([network], { topic: 'nodes', network: key, window }) as {
    readonly total: number
    readonly all: number
    readonly order: readonly string[]
    readonly rows: Readonly<Record<string, unknown>>
  }
  return { total: found.total, all: found.all, nodes: found.order.map((node) => found.rows[node]) }
}

function historyOf([, what]: readonly string[], query: URLSearchParams, network: SimNetwork | undefined): unknown {
  if (!network) throw new Missing('API_NETWORK_UNKNOWN', 'No such network was ever seen.')
  if (what === 'logs' || what === 'alarms') return eventsOf(what, query, network)
  const now = Date.now()
  const number = (name: string): number => Number(query.get(name))
  return seriesOf((query.get('metrics') ?? '').split(','), number('from'), number('to'), number('bucket'), now)
}
