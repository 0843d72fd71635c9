/** Facts of a server that is well; for tests. */
import type { ProcessFacts, ServerFacts, WorkCounts } from './wire.ts'

export const workOf = (work: Partial<WorkCounts> = {}): WorkCounts => ({
  connections: {},
  sessions: {},
  logins: {},
  refused: {},
  ended: {},
  received: { messages: 0, bytes: 0 },
  shed: {},
  faults: {},
  queue: { items: 0, bytes: 0 },
  batches: { observations: 0, nacks: {} },
  credit: { window: 0, inFlight: 0 },
  ...work,
})

export const processOf = (one: Partial<ProcessFacts> = {}): ProcessFacts => ({
  role: 'server',
  name: 'server',
  pid: 1,
  at: 0,
  startedAt: 0,
  cpuMs: 0,
  rssBytes: 0,
  openFiles: 100,
  openFilesLimit: 20_000,
  loop: { p50Ms: 1, p99Ms: 3, maxMs: 9 },
  work: workOf(),
  ...one,
})

interface Changes extends Omit<Partial<ServerFacts>, 'work'> {
  readonly work?: Partial<WorkCounts>
}

export const factsOf = ({ work, ...changes }: Changes = {}): ServerFacts => ({
  at: 0,
  version: '1',
  server: 'a',
  startedAt: 0,
  ready: true,
  load: { level: 'calm', reason: '' },
  parts: [],
  pace: { level: 0, reportMs: 15_000 },
  deliveries: { streams: 0, open: 0, received: 0, duplicates: 0, missing: 0, holes: 0 },
  slowViewers: 0,
  core: { networks: 1, nodes: 1, blocks: 1, inputs: 1, errors: 0 },
  store: null,
  limits: { connections: 1000, queueItems: 1000, queueBytes: 1000, pendingBytes: null, viewers: 10 },
  processes: [processOf({ at: changes.at ?? 0 })],
  ...changes,
  work: workOf(work),
})
