import type { NodeRow } from '@netstats/protocol/feed'
import { places } from './places.ts'
import type { Random } from './random.ts'

/** A node under simulation: its row and how it behaves. */
export interface SimNode {
  row: NodeRow
  readonly baseDelayMs: number
  readonly flaky: boolean
  activeMs: number
}

const clients: readonly (readonly [string, string, string])[] = [
  ['geth', '1.13.15', 'Geth/v1.13.15-stable-c5ba367e/linux-amd64/go1.21.6'],
  ['geth', '1.13.15', 'Geth/v1.13.15-stable-c5ba367e/linux-amd64/go1.21.6'],
  ['geth', '1.13.14', 'Geth/v1.13.14-stable-2bd6bd01/linux-arm64/go1.21.6'],
  ['geth', '1.12.2', 'Geth/v1.12.2-stable-bed84606/linux-amd64/go1.20.7'],
  ['besu', '24.12.2', 'besu/v24.12.2/linux-x86_64/openjdk-java-21'],
  ['besu', '24.9.1', 'besu/v24.9.1/linux-x86_64/openjdk-java-21'],
  ['nethermind', '1.30.3', 'Nethermind/v1.30.3+66d8b5f0/linux-x64/dotnet9.0.0'],
  ['erigon', '2.61.0', 'erigon/2.61.0/linux-amd64/go1.22.9'],
]
const owners = [
  'harbor',
  'north-bank',
  'registry',
  'utility',
  'transit',
  'port-authority',
  'notary',
  'campus',
  'clearing',
]
const roles = ['validator', 'rpc', 'boot', 'archive', 'edge']

export function createNode(
  random: Random,
  index: number,
  sealers: readonly string[],
  now: number,
  few: boolean,
): SimNode {
  const [clientName, clientVersion, client] = random.pick(clients)
  const [city, country, latitude, longitude] = random.pick(places)
  const sealer = sealers[index]
  const role = sealer ? 'validator' : random.pick(roles.slice(1))
  const name = few
    ? (['demo-alpha', 'demo-beta', 'demo-gamma'][index] ?? `demo-${index}`)
    : `${random.pick(owners)}-${role}-${String(index).padStart(4, '0')}`
  const firstSeenAt = now - random.int(3_600_000, 40 * 86_400_000)
  return {
    baseDelayMs: random.skewed(90, 0.7),
    flaky: !few && random.next() < 0.02,
    activeMs: 0,
    row: {
      id: name,
      name,
      state: 'active',
      stateSince: Math.max(firstSeenAt, now - random.int(60_000, 9 * 86_400_000)),
      firstSeenAt,
      lastSeenAt: now,
      clientName,
      clientVersion,
      client,
      os: client.includes('arm64') ? 'linux-arm64' : 'linux',
      osVersion: 'amd64',
      protocol: 'eth/68',
      port: 30303,
      api: 'No',
      reporter: random.next() < 0.3 ? 'netstats-agent/0.1.0' : '0.1.1',
      contact: random.next() < 0.4 ? `ops@${name.split('-')[0]}.example` : null,
      coinbase: sealer ?? null,
      latencyMs: Math.round(random.skewed(24, 0.8)),
      roundTripMs: Math.round(random.skewed(26, 0.8)),
      syncing: false,
      mining: sealer !== undefined,
      hashrate: 0,
      peers: few ? 2 : random.int(6, 50),
      pending: random.int(0, 40),
      gasPrice: '1000000000',
      blockNumber: null,
      blockHash: null,
      blockMiner: null,
      blockAt: null,
      blockTransactions: null,
      blockUncles: null,
      totalDifficulty: null,
      behind: null,
      propagationMs: null,
      propagationAvgMs: null,
      propagation: [],
      processingMs: clientName === 'geth' ? random.int(4, 60) : null,
      uptime: few ? 100 : Math.round((100 - random.skewed(0.3, 1.6)) * 100) / 100,
      reportedUptime: 100,
      sessions: few ? 1 : Math.max(1, Math.round(random.skewed(2, 0.9))),
      city: few ? null : city,
      country: few ? null : country,
      latitude: few ? null : latitude + random.between(-1.5, 1.5),
      longitude: few ? null : longitude + random.between(-1.5, 1.5),
    },
  }
}
