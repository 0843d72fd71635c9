/**
 * `npm run bench:alarm-sweep`: CPU that all rules of the product cost while everything is well, and the longest step
 * of work, at 30,000 nodes with the metrics of their machines; each node is looked at every 5 s.
 */
import { createAlarmEngine, createTrends, defaultRules } from '@netstats/alarms'
import { unixMs } from '@netstats/protocol'
import { createNetworkLook } from '../src/alarms/network-facts.ts'
import { createNodeLook } from '../src/alarms/node-facts.ts'
import { createNodeNotes } from '../src/alarms/node-notes.ts'
import { createSweep } from '../src/alarms/sweep.ts'
import type { LatestMetrics, LatestValue } from '../src/history/history-model.ts'
import { blockOf, connected, nodeName, observed } from '../src/feed/testing/traffic.ts'
import { createCore } from '../src/shard/mod.ts'

const nodes = 30_000
const cycles = 12
const stepMs = 250
const network = '1337'

const metrics = [
  'host.cpu',
  'host.memory',
  'host.load',
  'host.diskBytes',
  'host.diskFreeBytes',
  'host.openFiles',
  'host.maxOpenFiles',
  'host.processMemoryBytes',
  'host.uptime',
  'clock.offset',
]

let now = 1_700_000_600_000
const values = Array.from({ length: nodes }, (_, i) => {
  const of = new Map<string, { value: number; at: number }>()
  for (const name of metrics) of.set(name, { value: 1e9 + i, at: now })
  of.set('host.diskBytes', { value: 1e12, at: now })
  of.set('host.diskFreeBytes', { value: 5e11, at: now })
  return of
})
const latest: LatestMetrics = {
  version: () => 1,
  of: (_, node) => ({
    values: (values[Number(node.slice(5))] ?? new Map()) as ReadonlyMap<string, LatestValue>,
    omitted: 0,
  }),
}

const core = createCore({ reconnectMs: 0, silentAfterMs: 86_400_000 })
for (let i = 0; i < nodes; i++) core.apply(connected(i, now))
const stats = { active: true, syncing: false, mining: true, hashrate: 0, peers: 25, uptime: 100, gasPrice: 1n } as never
for (let number = 100; number < 120; number++)
  for (let i = 0; i < nodes; i++) core.apply(observed(i, now, network, { kind: 'block', body: blockOf(number) }))
for (let i = 0; i < nodes; i++) core.apply(observed(i, now, network, { kind: 'node-stats', body: stats }))

const engine = createAlarmEngine({ nodesOf: () => nodes })
const faults = new Map<string, unknown>()
const sweep = createSweep({
  core,
  engine,
  rules: defaultRules,
  nodes: createNodeLook({ latest, trends: createTrends(), notes: createNodeNotes() }),
  networks: createNetworkLook(),
  server: (at) => ({ at, parts: [], metric: () => undefined }),
  startedAt: now,
  onFault: (rule, error) => void faults.set(rule, error),
})

let longest = 0
/** Milliseconds of CPU that the looks of so long take. */
const look = (ms: number): number => {
  const before = process.cpuUsage()
  for (const end = now + ms; now < end; ) {
    now += stepMs
    const work = sweep.advance(now, stepMs)
    for (;;) {
      // Of CPU, not of the clock: others on the machine are not what is measured.
      const from = process.threadCpuUsage()
      const step = work.next()
      const { user, system } = process.threadCpuUsage(from)
      longest = Math.max(longest, (user + system) / 1000)
      if (step.done === true) break
    }
    engine.tick(now)
    engine.takeSteps()
    engine.takeChanges()
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

look(10_000)
longest = 0
const costs: number[] = []
for (let cycle = 0; cycle < cycles; cycle++) {
  for (const of of values) for (const name of metrics) (of.get(name) as { at: number }).at = now
  core.apply({ type: 'tick', at: unixMs(now) })
  for (let i = 0; i < nodes; i++) core.apply(observed(i, now, network, { kind: 'block', body: blockOf(120 + cycle) }))
  costs.push(look(5000))
}
if (faults.size > 0)
  throw new Error(`rules failed: ${[...faults].map(([rule, error]) => `${rule}: ${String(error)}`).join('; ')}`)
const mean = costs.reduce((sum, ms) => sum + ms, 0) / cycles
const rules = defaultRules.node.length + defaultRules.network.length + defaultRules.server.length
process.stdout.write(
  `${rules} rules, ${nodes} nodes (${nodeName(0)}…): ${mean.toFixed(0)} ms of CPU every 5 s, ` +
    `${((100 * mean) / 5000).toFixed(1)} % of a core, ${((1000 * mean) / nodes).toFixed(2)} µs a node; ` +
    `longest step ${longest.toFixed(1)} ms; ${[...engine.open()].length} alarms open\n`,
)
