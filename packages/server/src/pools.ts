/**
 * Every pool that peers share, as the configuration makes it: the table in docs/guides/security.md is made of this, and the
 * numbers are those that the parts work with.
 */
import { passwordTurns } from './auth/password-queue.ts'
import { exportGate, heavyWork, queryGate } from './api/api.ts'
import { poolsOf as gatePoolsOf } from './api/gate.ts'
import type { ServerConfig } from './config.ts'
import type { FairShareLimits, PoolLimits, Rate } from '@netstats/sdk/limits'
import { viewerPoolOf, viewPoolOf } from './feed/feed-limits.ts'
import { feedLimitsOf, gatewaySettingsOf } from './limits.ts'

export interface PoolDescription {
  readonly pool: string
  readonly all: string
  /** Of one address; of IPv6 that is a /64. */
  readonly each: string
  readonly reserve: string
  readonly options: readonly string[]
  readonly atTheBound: string
}

const count = (value: number): string => value.toLocaleString('en-US')
const size = (bytes: number): string =>
  bytes >= 1 << 20 ? `${count(bytes / (1 << 20))} MiB` : `${count(bytes / 1024)} KiB`

const placesOf = ({ places, each, reserve, few }: PoolLimits) => ({
  all: count(places),
  each: count(each),
  reserve: reserve === 0 ? '–' : `the last ${count(reserve)}, for addresses with fewer than ${count(few)}`,
})
const rateOf = ({ perSecond, burst }: Rate, show: (value: number) => string): string =>
  `${show(perSecond)} a second, ${show(burst)} at once`
const littleUsed = 'addresses that have used less than a quarter of what they may at once'
const sharesOf = ({ all, each }: FairShareLimits, show: (value: number) => string) => ({
  all: rateOf(all, show),
  each: rateOf(each, show),
  reserve: littleUsed,
})
const ms = (value: number): string => `${count(value)} ms`

/** `each`: connections that the process can hold. */
// oxlint-disable-next-line max-lines-per-function -- a table with a row for each bounded pool of the server, and nothing else
export const describePools = (config: ServerConfig, each: number): readonly PoolDescription[] => {
  const gateway = gatewaySettingsOf(config, each)
  const feed = feedLimitsOf(config)
  const queries = gatePoolsOf(queryGate)
  const { admission } = gateway
  return [
    {
      pool: 'WebSockets of agents and dashboards',
      ...placesOf(admission.connections),
      options: ['limits.connections', 'limits.connectionsPerAddress'],
      atTheBound: '429 for an address, 503 where all are taken, with Retry-After',
    },
    {
      pool: 'of them, agents that have not logged in',
      ...placesOf(admission.loggingIn),
      options: ['limits.connections', 'ethstats.loginTimeout'],
      atTheBound: 'the same; those that have logged in do not count',
    },
    {
      pool: 'of them, dashboards: /feed, /primus, /external',
      ...placesOf(admission.viewers),
      options: ['limits.connections', 'feed.viewersPerAddress'],
      atTheBound: 'the same',
    },
    {
      pool: 'new WebSockets',
      all: `${rateOf(gateway.loginQueue.rate, count)}, agents only`,
      each: rateOf(admission.connectRate, count),
      reserve: '–',
      options: ['limits.connectsPerSecond', 'limits.loginsPerSecond'],
      atTheBound: '429 for an address; agents of a fleet wait two seconds, then 503',
    },
    {
      pool: 'connections that are no WebSockets',
      ...placesOf(gateway.plain),
      options: ['limits.connections', 'limits.httpPerAddress'],
      atTheBound:
        'one that waits for its next request makes room, of the same address or of the one that has most; else the new one is cut',
    },
    {
      pool: 'bytes read of agents, after inflating',
      ...sharesOf(gateway.reading, size),
      options: ['limits.readPerAddress'],
      atTheBound: 'agents are read from more slowly; nothing is lost',
    },
    {
      pool: 'the same, of one agent of the netstats protocol',
      all: rateOf(gateway.reading.session, size),
      each: 'as all',
      reserve: '–',
      options: ['agents.readPerSecond'],
      atTheBound: 'it is read from more slowly; nothing is lost',
    },
    {
      pool: 'the same, of one native node',
      all: rateOf(gateway.sessions.bytes, size),
      each: 'as all',
      reserve: '–',
      options: ['ethstats.maxFrame', 'ethstats.messagesPerSecond'],
      atTheBound: 'it is read from more slowly; pending, latency and stats are dropped before that',
    },
    {
      pool: 'messages of native nodes that wait',
      all: `${count(gateway.queue.items)}, ${size(gateway.queue.bytes)}`,
      each: `of one node ${count(gateway.queue.sessionItems)}, ${size(gateway.queue.sessionBytes)}`,
      reserve: 'the upper half is for statistics and blocks, the rest of it for blocks',
      options: ['limits.queueItems', 'limits.queueBytes'],
      atTheBound: 'dropped by class and network; for blocks, nodes are read from more slowly',
    },
    {
      pool: 'frames that have begun and not ended',
      all: size(gateway.maxPartialBytes),
      each: `of one agent ${size(gateway.maxFrameBytes)}`,
      reserve: '–',
      options: ['limits.queueBytes', 'ethstats.maxFrame'],
      atTheBound: 'those who hold most are cut',
    },
    {
      pool: 'dashboards on /feed',
      ...placesOf(viewerPoolOf(feed)),
      options: ['feed.viewers', 'feed.viewersPerAddress'],
      atTheBound: '`FEED_ADDRESS_FULL`, `FEED_FULL`',
    },
    {
      pool: 'views of the feed, but for those that every dashboard opens',
      ...placesOf(viewPoolOf(feed)),
      options: ['feed.views', 'feed.viewsPerAddress'],
      atTheBound: 'one that nobody looks at makes room; else `FEED_ADDRESS_CHANNELS_FULL`, `FEED_CHANNELS_FULL`',
    },
    {
      pool: 'requests of one dashboard',
      all: rateOf(feed.requests, count),
      each: 'as all',
      reserve: '–',
      options: [],
      atTheBound: '`FEED_RATE_LIMITED`; who does not stop is cut',
    },
    {
      pool: 'questions to the history under way',
      ...placesOf(queries.running),
      options: [],
      atTheBound: `they wait, ${count(queryGate.waitMs / 1000)} s at most`,
    },
    {
      pool: 'questions to the history that wait',
      ...placesOf(queries.waiting),
      options: [],
      atTheBound: '503, `API_HISTORY_BUSY`',
    },
    {
      pool: 'exports',
      ...placesOf(gatePoolsOf(exportGate).running),
      options: [],
      atTheBound: '503, `API_EXPORT_BUSY`',
    },
    {
      pool: 'work on long lists over REST',
      ...sharesOf(heavyWork(), ms),
      options: [],
      atTheBound: '503, `API_BUSY`',
    },
    {
      pool: 'passwords that are looked at',
      all: `${passwordTurns.atOnce} at once, ${passwordTurns.waiting} wait`,
      each: `${passwordTurns.waitingPerOrigin} wait`,
      reserve: 'every second turn, and as many places to wait, for who was good before from there',
      options: ['auth.failures', 'auth.lockFor'],
      atTheBound: '503, `API_AUTH_BUSY`; after failures 429, `API_LOCKED_OUT`',
    },
  ]
}

const columns = ['pool', 'in all', 'one address', 'kept for', 'options', 'at the bound'] as const

/** The table in Markdown. */
export const poolTable = (pools: readonly PoolDescription[]): string => {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const lines = pools.map(({ pool, all, each, reserve, options, atTheBound }) =>
    row([pool, all, each, reserve, options.map((one) => `\`${one}\``).join(', ') || 'fixed', atTheBound]),
  )
  return [row(columns), row(columns.map(() => '---')), ...lines].join('\n')
}

/** What the table in the guide is of. */
export const describedConnections = 10_000

const marks = { begin: '<!-- pools: written by npm run reference -->\n', end: '\n<!-- /pools -->' } as const

/** The guide with its table as the code has it. */
export const withPools = (guide: string, config: ServerConfig): string => {
  const begin = guide.indexOf(marks.begin)
  const end = guide.indexOf(marks.end)
  if (begin < 0 || end < begin) throw new Error(`the guide has no place for the pools: ${marks.begin.trim()}`)
  const table = poolTable(describePools(config, describedConnections))
  return guide.slice(0, begin + marks.begin.length) + table + guide.slice(end)
}
