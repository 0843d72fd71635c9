/** The server's configuration: `netstats server --config FILE`, `NETSTATS_…` variables and flags. */
import { builtIn } from '@netstats/components'
import { analyzerList, checkSinks, createRegistry, pluginList, receiverSink, sinkList } from '@netstats/runtime'
import type { Registry } from '@netstats/runtime'
import { selfMonitoringConfig, spoolConfig } from '@netstats/runtime/config'
import { duration, listenAddress, redactUrl, scalar, secret, size } from '@netstats/sdk/config'
import { isIP } from 'node:net'
import { z } from 'zod'
import { alarmsConfig } from './alarms/config.ts'
import { checkNotifier, notifierConfigOf } from './alarms/notifier/config.ts'
import { authConfig } from './auth/config.ts'
import { networks } from './consensus/networks-config.ts'
import { geo, places } from './geo/mod.ts'
import { history } from './history/history-config.ts'
import { tryBasePath } from './net/base-path.ts'
import { tls } from './net/tls/config.ts'

const whole = (min: number, max: number) => z.int().min(min).max(max)

const addressOrNetwork = () => {
  const expected = 'an address or network, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8'
  return scalar({
    kind: 'network',
    expected,
    examples: ['10.0.0.0/8'],
    read: (value) => (typeof value === 'string' && isNetwork(value) ? { value } : { expected }),
  })
}

const isNetwork = (text: string): boolean => {
  const [, address = '', , bits] = /^([^/]+)(\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  return family !== 0 && (bits === undefined || Number(bits) <= (family === 6 ? 128 : 32))
}

const ethstats = z.strictObject({
  secret: secret()
    .optional()
    .describe(
      'Secret agents log in with. Without any secret every agent of this machine is let in, and the server does not listen beyond it unless auth.open or auth.requireTokens says who may report.',
    ),
  moreSecrets: z
    .array(secret())
    .max(100)
    .prefault([])
    .describe('Further secrets that are accepted too, so that a secret can be changed without losing agents.'),
  maxFrame: size({ min: '64KiB', max: '256MiB' })
    .prefault('16MiB')
    .describe('Largest frame of an agent; a larger one ends its connection. Histories of Besu need several MiB.'),
  loginTimeout: duration({ min: '1s', max: '5m' })
    .prefault('10s')
    .describe('A connection that has not logged in by then is closed.'),
  pingEvery: duration({ min: '1s', max: '5m' })
    .prefault('30s')
    .describe('Time between WebSocket pings to a silent agent; one that speaks gets half as many, for its round trip.'),
  primusPingEvery: duration({ min: '1s', max: '40s' })
    .prefault('25s')
    .describe('Time between the pings that newer Primus clients wait for; those give up after 45 s without one.'),
  silence: duration({ min: '2s', max: '1h' })
    .prefault('60s')
    .describe('An agent that has not been heard of for so long is cut. Most report only every 15 s.'),
  takeover: duration({ min: '500ms', max: '30s' })
    .prefault('3s')
    .describe('How long an older connection has to answer a ping when its id logs in again; else it is replaced.'),
  messagesPerSecond: whole(1, 100_000)
    .prefault(100)
    .describe(
      'Messages an agent may send in the long run. Of more, pending and latency are dropped, then stats; blocks only wait.',
    ),
  historySessions: whole(0, 100)
    .prefault(2)
    .describe('Agents of a network that are asked for missing blocks at the same time; 0 never asks.'),
})

const agents = z.strictObject({
  pingEvery: duration({ min: '1s', max: '5m' })
    .prefault('10s')
    .describe(
      'An agent that hears nothing for so long asks whether the server lives; one silent for 3.5 times that is gone.',
    ),
  compress: z
    .boolean()
    .prefault(true)
    .describe('Whether agents may compress large batches, such as a backlog. Live ones are too small to be worth it.'),
  readPerSecond: size({ min: '64KiB', max: '1GiB' })
    .prefault('4MiB')
    .describe(
      'What is read of one agent a second in the long run, counted after inflating; of one that sends more the rest waits, and nothing of it is lost.',
    ),
})

const limits = z.strictObject({
  connections: whole(10, 1_000_000)
    .optional()
    .describe(
      'Connections in all. More than the open-file limit of a process allows starts workers at once; without it they start when they are needed, or at once where as many nodes were here before.',
    ),
  connectionsPerAddress: whole(1, 1_000_000)
    .prefault(10_000)
    .describe('Connections from one address. Behind a proxy that is not in trustedProxies all agents share one.'),
  readPerAddress: size({ min: '1MiB', max: '16GiB' })
    .prefault('16MiB')
    .describe(
      'What is read a second of all agents of one address in the long run, counted after inflating, and three times as much of all; beyond it agents wait, those of other addresses least.',
    ),
  httpPerAddress: whole(8, 1_000_000)
    .prefault(500)
    .describe(
      'Connections of one address that are no WebSockets, a quarter of those there may be at most; one more takes the place of one that waits for its next request.',
    ),
  connectsPerSecond: whole(1, 100_000)
    .prefault(500)
    .describe('New connections from one address in the long run; four times as many may come at once.'),
  loginsPerSecond: whole(1, 100_000)
    .prefault(1000)
    .describe(
      'Agents let in a second when many come back at once; the others wait or come later, and those who are in do not notice.',
    ),
  queueItems: whole(1000, 10_000_000)
    .prefault(100_000)
    .describe(
      'Messages that may wait for their turn. When half are waiting, latency and pending are dropped; when nearly all are, agents are not read from until there is room.',
    ),
  queueBytes: size({ min: '32MiB' })
    .prefault('128MiB')
    .describe(
      'Bytes that may wait for their turn, treated the same; what agents had under way when they were stopped may take as much again.',
    ),
})

const basePath = () => {
  const expected = 'a path such as /netstats'
  return scalar({
    kind: 'path',
    expected,
    examples: ['/netstats'],
    read: (value) => {
      const path = typeof value === 'string' ? tryBasePath(value) : undefined
      return path === undefined ? { expected } : { value: path }
    },
  })
}

/** Sites have names, and a path below which everything is; what else a URL may hold would be left out without a word. */
const publicUrl = () => {
  const expected =
    'an address such as https://stats.example.org/netstats, without user, password, query or unusual signs'
  return scalar({
    kind: 'url',
    expected,
    examples: ['https://stats.example.org/netstats'],
    read: (value) => {
      if (typeof value !== 'string') return { expected }
      const url = URL.canParse(value) ? new URL(value) : undefined
      const isSite = url !== undefined && /^https?:$/.test(url.protocol) && tryBasePath(url.pathname) !== undefined
      const isBare = isSite && url.username + url.password + url.search + url.hash === ''
      return isBare ? { value: url.href } : { expected, found: `"${redactUrl(value).slice(0, 120)}"` }
    },
  })
}

const origin = () => {
  const expected = 'an origin such as https://wall.example.org, without a path, or *'
  return scalar({
    kind: 'origin',
    expected,
    examples: ['https://wall.example.org'],
    read: (value) => {
      if (value === '*') return { value }
      const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
      const isOrigin = url !== undefined && url.origin !== 'null' && url.pathname === '/' && url.search === ''
      // Browsers send it as it is: with a `*` in it, or a user, it would never be that of a page.
      const isOfPages = isOrigin && !url.hostname.includes('*') && url.username + url.password === ''
      return isOfPages ? { value: url.origin } : { expected }
    },
  })
}

const hostName = () => {
  const expected = 'a host name such as stats.example.org, .example.org for all below it, or *'
  return scalar({
    kind: 'host name',
    expected,
    examples: ['stats.example.org'],
    read: (value) =>
      typeof value === 'string' && /^(?:\*|\.?[\w-]+(?:\.[\w-]+)*)$/.test(value) && value.length <= 253
        ? { value: value.toLowerCase() }
        : { expected },
  })
}

const metrics = z.strictObject({
  nodes: z
    .boolean()
    .prefault(false)
    .describe(
      'Whether each node has series of its own: head, peers, latency and whether it is active; for at most 2,000 nodes.',
    ),
})

const feed = z.strictObject({
  enabled: z.boolean().prefault(true).describe('Whether /feed, /primus and /external are served at all.'),
  pingEvery: duration({ min: '1s', max: '5m' })
    .prefault('30s')
    .describe('Time between WebSocket pings to dashboards; those that no longer answer are cut.'),
  viewers: whole(1, 1_000_000).prefault(10_000).describe('Dashboards that may be connected to /feed at the same time.'),
  viewersPerAddress: whole(1, 1_000_000)
    .prefault(1000)
    .describe('Dashboards of one address. Behind a proxy that is not in trustedProxies all share one.'),
  views: whole(10, 1_000_000)
    .prefault(5000)
    .describe(
      'Different views of the feed that are served at the same time, besides those that every dashboard opens; one more is refused.',
    ),
  viewsPerAddress: whole(1, 1_000_000)
    .prefault(500)
    .describe('Different views that one address may open; equal ones of other addresses are shared and do not count.'),
  origins: z
    .array(origin())
    .max(100)
    .prefault([])
    .describe(
      'Web origins besides this server whose pages may open /feed, such as https://wall.example.org; * for all.',
    ),
})

const nodes = z.strictObject({
  reconnectGrace: duration({ min: '0s', max: '10m' })
    .prefault('15s')
    .describe(
      'How long a node whose connection ended stays active. One that is back by then was never inactive; 0s makes it so with every lost connection.',
    ),
  forgetAfter: duration({ min: '1m', max: '3650d' })
    .prefault('3d')
    .describe('How long an inactive node stays in the lists and counts in "n of m"; then only the history knows it.'),
  forgetReplacedAfter: duration({ min: '1m', max: '3650d' })
    .prefault('1h')
    .describe(
      'The same for an inactive node in whose place another of its name has come since, as recreated containers do, and for one whose only name is a key.',
    ),
})

const classic = z.strictObject({
  origins: z
    .array(origin())
    .max(100)
    .prefault([])
    .describe(
      'Web origins besides this server whose pages may open /primus and /external, such as that of a classic dashboard; * for all.',
    ),
})

const plainConfig = z.strictObject({
  listen: listenAddress()
    .prefault('127.0.0.1:3000')
    .describe('Address for agents, dashboards and REST. :3000 listens on every address of the machine.'),
  data: z
    .string()
    .min(1)
    .max(4096)
    .prefault('netstats-data')
    .describe('Folder for what the server keeps. It is made where it is missing.'),
  publicUrl: publicUrl()
    .optional()
    .describe(
      'Address that people open, such as https://stats.example.org/netstats. Its host is then a name of this server, its pages count as own ones also behind a proxy that changes Host, and its path is the basePath.',
    ),
  hosts: z
    .array(hostName())
    .max(100)
    .prefault([])
    .describe(
      'Names by which browsers may ask for this server, besides localhost, IP addresses, the name of this machine and the host of publicUrl. Other names are refused, because a page of another site could make one lead here; * takes all.',
    ),
  basePath: basePath()
    .optional()
    .describe(
      'Path below which a reverse proxy serves everything, where it passes that path on. One that takes the path away needs no setting.',
    ),
  ethstats: ethstats.prefault({}).describe('Agents that speak the ethstats protocol, on /api.'),
  agents: agents.prefault({}).describe('Agents that speak the netstats protocol, on /agent.'),
  nodes: nodes.prefault({}).describe('When a node counts as gone, and how long it stays in the lists.'),
  workers: z
    .union([z.literal('auto'), whole(0, 64)])
    .prefault('auto')
    .describe(
      'Processes that take in agents on the same port. auto: none for a few thousand connections, else as many as are needed. Linux only.',
    ),
  limits: limits.prefault({}).describe('What the server takes on before it refuses or drops, counted in /metrics.'),
  feed: feed.prefault({}).describe('What dashboards see.'),
  classic: classic.prefault({}).describe('What dashboards of the classic kind see.'),
  history: history.prefault({}).describe('What is kept of the past, on disk.'),
  metrics: metrics.prefault({}).describe('What /metrics has beside the server itself.'),
  auth: authConfig.prefault({}).describe('Who may log in: agents, native nodes, people.'),
  tls: tls.optional().describe('Encrypts everything on the port. Without it, leave that to a reverse proxy.'),
  trustedProxies: z
    .array(addressOrNetwork())
    .max(1000)
    .prefault([])
    .describe(
      'Addresses of reverse proxies whose X-Forwarded-For, -Host, -Proto and -Prefix are believed. None by default: anybody can send them.',
    ),
  networks,
  places,
  geo: geo.prefault({}).describe('Where the addresses of nodes are, for the map; looked up offline.'),
  drainTimeout: duration({ min: '0s', max: '5m' })
    .prefault('5s')
    .describe('How long a stop waits for connections to end and waiting messages to be worked through.'),
})

/** What the file of a server may hold, with the sinks and analyzers of a registry. */
export const serverConfigOf = (registry: Registry) =>
  plainConfig
    .extend({
      plugins: pluginList(),
      sinks: sinkList(registry)
        .prefault([])
        .describe(
          'Where the server sends on what it is told: each is given the observations of the nodes it names. One that serves all nodes at once need not name any.',
        ),
      spool: spoolConfig(),
      selfMonitoring: selfMonitoringConfig(),
      alarms: z
        .strictObject({ ...alarmsConfig, ...notifierConfigOf(registry) })
        .prefault({})
        .describe('What is an alarm, how long it is kept, and who is notified of it.'),
      analyzers: analyzerList(registry)
        .prefault([])
        .describe(
          'What reads everything the server is told and concludes, and adds metrics, logs and alarms of its own.',
        ),
    })
    .superRefine(({ sinks, analyzers, alarms }, context) => {
      const fault = (path: readonly PropertyKey[], message: string): void =>
        context.addIssue({ code: 'custom', path: [...path], message })
      const receivers = alarms.receivers.map(receiverSink)
      checkSinks([...sinks, ...receivers], registry, undefined, (path, message) => {
        const [i] = path
        // What is wrong with a receiver is said of its own list, below.
        if (typeof i !== 'number' || i < sinks.length) fault(['sinks', ...path], message)
      })
      checkNotifier(alarms, (path, message) => fault(['alarms', ...path], message))
      const names = analyzers.map(({ type, name }) => name ?? type)
      for (const [i, name] of names.entries()) {
        if (names.indexOf(name) < i)
          fault(['analyzers', i], `"${name}" names another analyzer already; give one of them a name of its own`)
      }
    })

export const builtInRegistry = createRegistry([builtIn])

/** The same with the built-in components alone. */
export const serverConfig = serverConfigOf(builtInRegistry)
export type ServerConfig = z.output<typeof serverConfig>
