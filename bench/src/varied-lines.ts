/** What agents of a varied fleet send beside reports of their node: their machine, metrics of other programs, and log lines. */
import { noise } from './fleet-nodes.ts'
import type { Line } from './netstats-workload.ts'

const bodyOf = (body: object): Buffer => Buffer.from(JSON.stringify(body))

/** From 0 to 1, slowly up and down, another way for each node. */
const wave = (index: number, at: number, minutes: number): number =>
  (1 + Math.sin(at / (minutes * 9549) + (noise(index, 3) / 2 ** 32) * 6.28)) / 2

const gib = 2 ** 30

const hostBody = (index: number, at: number) => {
  const busy = 0.08 + 0.5 * wave(index, at, 11) ** 2 + 0.08 * wave(index, at, 0.7)
  const memoryBytes = index % 3 === 0 ? 32 * gib : 16 * gib
  const processMemoryBytes = Math.round(5 * gib + 1.5 * gib * wave(index, at, 47))
  return {
    hostname: `host-${index}`,
    cpus: 8,
    cpuShare: busy,
    load1: 8 * busy,
    load5: 8 * (0.15 + 0.4 * wave(index, at, 11) ** 2),
    load15: 2.1 + wave(index, at, 30),
    memoryBytes,
    memoryAvailableBytes: memoryBytes - processMemoryBytes - 2 * gib,
    diskPath: '/',
    diskBytes: 2000 * gib,
    diskFreeBytes: Math.round((700 - 20 * (index % 30)) * gib - (at % 86_400_000) * 1000),
    diskReadRate: Math.round(3e6 * wave(index, at, 5)),
    diskWriteRate: Math.round(9e6 * wave(index, at, 3)),
    networkReceiveRate: Math.round(2.5e6 * (0.3 + wave(index, at, 7))),
    networkSendRate: Math.round(3.1e6 * (0.2 + wave(index, at, 9))),
    uptimeSeconds: Math.round((at - 1_760_000_000_000) / 1000),
    processCpuShare: 5 * busy,
    processMemoryBytes,
    processOpenFiles: 420 + Math.round(80 * wave(index, at, 13)),
  }
}

const methods = ['eth_call', 'eth_getLogs', 'eth_sendRawTransaction'] as const

const metricBodies = (index: number, at: number): readonly object[] => [
  { name: 'statsd.transfers', value: Math.round(40 * wave(index, at, 6)) },
  { name: 'statsd.queue.depth', value: Math.round(12 * wave(index, at, 2) ** 3) },
  ...methods.map((method, i) => ({
    name: 'statsd.rpc.duration_ms',
    value: (i + 1) * (4 + 30 * wave(index + i, at, 4)),
    labels: { method },
  })),
]

interface LogBody {
  readonly severity: number
  readonly component: string
  readonly message: string
  readonly fields: Readonly<Record<string, string>>
}

const logBody = (index: number, at: number): LogBody => {
  const peers = String(8 + (noise(index, 7) % 42))
  const turn = noise(index, Math.floor(at / 1000)) % 40
  if (turn === 0)
    return {
      severity: 3,
      component: 'eth',
      message: 'Beacon client online, but no consensus updates received in a while',
      fields: {},
    }
  if (turn < 3)
    return {
      severity: 4,
      component: 'p2p',
      message: 'Dropping unsynced node during sync',
      fields: { peer: '0x8f2b…41c7', peers },
    }
  if (turn < 9)
    return { severity: 7, component: 'p2p', message: 'Adding p2p peer', fields: { peercount: peers, conn: 'dyndial' } }
  return {
    severity: 6,
    component: 'p2p',
    message: 'Looking for peers',
    fields: { peercount: peers, tried: String(turn), static: '0' },
  }
}

/** One round of reports. */
export const variedLines = (index: number, observedAt: number): readonly Line[] => [
  { kind: 'host', observedAt, body: bodyOf(hostBody(index, observedAt)) },
  ...metricBodies(index, observedAt).map((body) => ({ kind: 'metric', observedAt, body: bodyOf(body) })),
  { kind: 'log', observedAt, body: bodyOf({ source: 'geth', ...logBody(index, observedAt) }) },
]

/** What a node says of a new head. */
export const headLine = (index: number, number: number, observedAt: number): Line => ({
  kind: 'log',
  observedAt,
  body: bodyOf({
    severity: 6,
    source: 'geth',
    component: 'core',
    message: 'Imported new potential chain segment',
    fields: { number: String(number), blocks: '1', elapsed: `${(4 + (noise(index, number) % 300) / 10).toFixed(3)}ms` },
  }),
})
