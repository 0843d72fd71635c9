/** The server's configuration: `netstats server --config FILE`, `NETSTATS_…` variables and flags. */
import { duration, listenAddress, scalar, secret, size } from '@netstats/sdk/config'
import { isIP } from 'node:net'
import { z } from 'zod'
import { access } from './access/config.ts'
import { geo, places } from './geo/mod.ts'
import { history } from './history/config.ts'
import { tls } from './tls/config.ts'

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
    .describe('Secret agents log in with. Without any secret every agent that reaches the port is let in.'),
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

const feed = z.strictObject({
  enabled: z.boolean().prefault(true).describe('Whether /feed, /primus and /external are served at all.'),
  pingEvery: duration({ min: '1s', max: '5m' })
    .prefault('30s')
    .describe('Time between WebSocket pings to dashboards; those that no longer answer are cut.'),
  readers: whole(1, 1_000_000).prefault(10_000).describe('Dashboards that may be connected to /feed at the same time.'),
  origins: z
    .array(z.string().max(300))
    .max(100)
    .prefault([])
    .describe(
      'Web origins besides this server whose pages may open /feed, such as https://wall.example.org; * for all.',
    ),
})

export const serverConfig = z.strictObject({
  listen: listenAddress()
    .prefault('127.0.0.1:3000')
    .describe('Address for agents, dashboards and REST. :3000 listens on every address of the machine.'),
  data: z
    .string()
    .min(1)
    .max(4096)
    .prefault('netstats-data')
    .describe('Folder for what the server keeps. It is made where it is missing.'),
  ethstats: ethstats.prefault({}).describe('Agents that speak the ethstats protocol, on /api.'),
  agents: agents.prefault({}).describe('Agents that speak the netstats protocol, on /agent.'),
  workers: z
    .union([z.literal('auto'), whole(0, 64)])
    .prefault('auto')
    .describe(
      'Processes that take in agents on the same port. auto: none for a few thousand connections, else as many as are needed. Linux only.',
    ),
  limits: limits.prefault({}).describe('What the server takes on before it refuses or drops, counted in /metrics.'),
  feed: feed.prefault({}).describe('What dashboards see.'),
  history: history.prefault({}).describe('What is kept of the past, on disk.'),
  access: access.prefault({}).describe('Who may log in: agents, native nodes, people.'),
  tls: tls.optional().describe('Encrypts everything on the port. Without it, leave that to a reverse proxy.'),
  trustedProxies: z
    .array(addressOrNetwork())
    .max(1000)
    .prefault([])
    .describe('Addresses of reverse proxies whose X-Forwarded-For is believed. None by default: anybody can send it.'),
  places,
  geo: geo.prefault({}).describe('Where the addresses of nodes are, for the map; looked up offline.'),
  drainTimeout: duration({ min: '0s', max: '5m' })
    .prefault('5s')
    .describe('How long a stop waits for connections to end and waiting messages to be worked through.'),
})
export type ServerConfig = z.output<typeof serverConfig>
