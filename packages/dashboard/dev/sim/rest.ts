/** Answers the questions about the past that the pages ask, from invented numbers. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeColumn } from '@netstats/protocol/feed'
import { createAgents, deliveriesOf } from './agents.ts'
import { eventsOf } from './events.ts'
import { seriesOf } from './history.ts'
import type { SimNetwork } from './network.ts'
import { serverFacts } from './server.ts'
import { look } from './topics.ts'

class Missing extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message: string, status = 404) {
    super(message)
    this.code = code
    this.status = status
  }
}

type NetworkAt = (key: string, at: number) => SimNetwork | undefined

/** How far back anything is known. */
const retentionMs = 40 * 86_400_000
const keptMoments = 8

export interface RestOptions {
  /** Role of who looks; undefined: nobody has logged in. */
  readonly user: string | undefined
  /** The server has a bad night. */
  readonly troubled: boolean
}

/** Gives true where the request was answered. */
export function serveRest(networks: readonly SimNetwork[], networkAt: NetworkAt, { user, troubled }: RestOptions) {
  const started = Date.now()
  const agents = createAgents(networks)
  let role = user
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
      response.end(body === undefined ? undefined : JSON.stringify(body))
    }
    const fail = (error: unknown): void => {
      const { code, status } = error instanceof Missing ? error : { code: 'API_FAILED', status: 500 }
      say(status, { code, detail: (error as Error).message })
    }
    const who = () => ({
      name: role === undefined ? null : 'alice',
      role: role ?? 'viewer',
      via: role === undefined ? 'anonymous' : 'session',
      endsAt: role === undefined ? null : started + 12 * 3_600_000,
    })
    if (request.method === 'POST' || request.method === 'DELETE') {
      void bodyOf(request)
        .then((body) => {
          if (start === 'session') {
            role = request.method === 'POST' ? 'admin' : undefined
            return request.method === 'POST' ? say(200, who()) : say(204, undefined)
          }
          if (role === undefined) throw new Missing('API_LOGIN_REQUIRED', 'It needs the role operator.', 401)
          const done = start === 'admin' ? agents.act(rest[0] ?? '', body) : undefined
          if (done === undefined) throw new Missing('API_AGENT_EXISTS', 'It is there already, or not at all.', 409)
          say(200, done)
        })
        .catch(fail)
      return true
    }
    try {
      if (start === 'server') return (say(200, serverFacts(networks, started, troubled)), true)
      if (start === 'session') return (say(200, who()), true)
      if (start === 'deliveries') return (say(200, deliveriesOf(networks, url.searchParams)), true)
      if (start === 'admin') {
        if (role === undefined) throw new Missing('API_LOGIN_REQUIRED', 'It needs the role operator.', 401)
        return (say(200, agents.list(url.searchParams)), true)
      }
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
      fail(error)
    }
    return true
  }
}

async function bodyOf(request: IncomingMessage): Promise<{ readonly id: string }> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return (text === '' ? {} : JSON.parse(text)) as { readonly id: string }
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
