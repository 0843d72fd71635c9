/** Invented facts of a server about itself: one that is well, or one that has a bad night. */
import type { SimNetwork } from './network.ts'

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((total, one) => total + one, 0)

interface WorkPlan {
  readonly ethstats: number
  readonly netstats: number
  readonly viewers: number
  readonly troubled: boolean
}

/** What a process has counted after `seconds`. */
function workAfter(seconds: number, { ethstats, netstats, viewers, troubled }: WorkPlan) {
  const often = (perMinute: number): number => (troubled ? Math.floor((seconds * perMinute) / 60) : 0)
  return {
    connections: { ethstats, netstats, feed: viewers, primus: viewers === 0 ? 0 : 1, external: 0 },
    sessions: { ethstats: ethstats - (troubled && ethstats > 0 ? 3 : 0), netstats },
    logins: { ethstats: ethstats + Math.floor(seconds / 30), netstats },
    refused: { 'bad-secret': 12 + often(180), 'duplicate-id': 3, 'name-bound': often(9), 'locked-out': 0, banned: 0 },
    ended: { silent: 41, superseded: 7, 'slow-reader': 0, internal: 0, peer: 310 },
    received: {
      messages: Math.floor(seconds * (ethstats + netstats) * 0.8),
      bytes: Math.floor(seconds * (ethstats + netstats) * 420),
    },
    shed: {
      latency: { items: often(2400), rate: 18 },
      stats: { items: often(300), rate: 0 },
      block: { items: 0 },
    },
    faults: { ethstats: { ETHSTATS_MALFORMED: 4 }, netstats: {}, http: { timeout: 9, malformed: 2, gone: 0 } },
    queue: { items: troubled ? 61_000 : 3, bytes: troubled ? 48_000_000 : 900 },
    batches: {
      observations: Math.floor(seconds * netstats * 0.7),
      nacks: { busy: often(20), hole: 0, lost: 0, malformed: 0 },
    },
    credit: { window: netstats * 1000, inFlight: troubled ? netstats * 800 : netstats * 9 },
  }
}

type Work = ReturnType<typeof workAfter>

const add = (a: unknown, b: unknown): unknown => {
  if (typeof a === 'number' || typeof b === 'number') return (Number(a) || 0) + (Number(b) || 0)
  const [one, other] = [(a ?? {}) as Record<string, unknown>, (b ?? {}) as Record<string, unknown>]
  return Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((k) => [k, add(one[k], other[k])]),
  )
}

export function serverFacts(networks: readonly SimNetwork[], started: number, troubled: boolean): unknown {
  const at = Date.now()
  // As if it had been up for days.
  const startedAt = started - 3.2 * 86_400_000
  const seconds = (at - started) / 1000 + 9000
  const nodes = networks.reduce((total, network) => total + network.nodes.length, 0)
  const workers = nodes > 1000 ? 2 : 0
  const share = Math.max(1, workers)
  const process = (name: string, i: number, plan: WorkPlan) => {
    const work = workAfter(seconds, plan)
    const open = sum(work.connections) + 60
    const slow = troubled && i === 2
    return {
      role: workers === 0 ? 'server' : i === 0 ? 'core' : 'worker',
      name,
      pid: 4100 + i * 7,
      at: slow ? at - 14_000 : at,
      startedAt,
      cpuMs: Math.floor((at - startedAt) * (0.04 + 0.11 * i)),
      rssBytes: (180 + 90 * i) * 1024 * 1024,
      heapBytes: 90 * 1024 * 1024,
      openFiles: troubled && i === 1 ? 19_610 : open,
      openFilesLimit: 20_000,
      loop: { p50Ms: 0.4, p99Ms: troubled && i === 0 ? 412.6 : 3.1 + i, maxMs: troubled && i === 0 ? 1240 : 22 + i },
      work,
    }
  }
  const agents = {
    ethstats: Math.round((nodes * 0.6) / share),
    netstats: Math.round((nodes * 0.4) / share),
    viewers: 0,
  }
  const processes =
    workers === 0
      ? [process('server', 0, { ...agents, viewers: 3, troubled })]
      : [
          process('core', 0, { ethstats: 0, netstats: 0, viewers: 3, troubled: false }),
          process('worker 1', 1, { ...agents, troubled }),
          process('worker 2', 2, { ...agents, troubled }),
        ]
  if (troubled && processes[0]) processes[0].loop = { p50Ms: 1.2, p99Ms: 412.6, maxMs: 1240 }
  const work = processes.map((one) => one.work).reduce((a, b) => add(a, b) as Work)
  const part = (id: string, state = 'ok', reason = '', ago = 276_000_000) => ({
    id,
    state,
    reason,
    since: at - ago,
    restarts: 0,
  })
  const bad = (id: string, state: string, reason: string, ago: number) =>
    troubled ? part(id, state, reason, ago) : part(id)
  const overloaded = 'more comes in than can be worked through; low classes are dropped'
  return {
    at,
    version: '0.1.0',
    server: '813c0e5e-6f5e-4915-8b83-123573b6a449',
    startedAt,
    ready: true,
    load: troubled ? { level: 'overloaded', reason: overloaded } : { level: 'calm', reason: '' },
    pace: troubled ? { level: 3, reportMs: 120_000 } : { level: 0, reportMs: 15_000 },
    parts: [
      part('geo'),
      bad('store', 'failed', 'No space left on device: the disk of the data folder is full.', 840_000),
      part('history'),
      part('http'),
      part('core'),
      bad('intake', 'degraded', overloaded, 130_000),
      part('feed'),
      part('classic'),
    ],
    deliveries: {
      streams: agents.netstats * share,
      open: agents.netstats * share,
      received: Math.floor(seconds * nodes * 0.3),
      duplicates: 1204,
      missing: troubled ? 9120 + Math.floor(seconds) : 0,
      holes: troubled ? 77 : 0,
    },
    slowViewers: troubled ? 2 : 0,
    core: {
      networks: networks.length,
      nodes,
      blocks: 1200 * networks.length,
      inputs: Math.floor(seconds * nodes),
      errors: 0,
    },
    store: {
      lagMs: troubled ? 96_000 : 840,
      pendingRows: troubled ? 1_204_331 : 3120,
      pendingBytes: troubled ? 58_000_000 : 210_000,
      writtenRows: Math.floor(seconds * nodes * 1.1),
      slowestWriteMs: troubled ? 8120 : 310,
      errors: troubled ? { STORE_DISK_FULL: 41 } : {},
      shed: { sample: { memory: troubled ? Math.floor(seconds * 900) : 0, names: 0 }, fact: { memory: 0 } },
      diskBytes: 5_812_345_678,
      files: 38,
    },
    limits: {
      connections: 39_000,
      queueItems: 100_000,
      queueBytes: 134_217_728,
      pendingBytes: 67_108_864,
      viewers: 10_000,
    },
    work,
    processes,
  }
}
