/** The source `statsd` of an agent against the clients that programs use: two of Node.js, two of Python. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { StatsD } from 'hot-shots'
import { expect, it } from 'vitest'
import { peersPython } from '../../scripts/peers.ts'
import { freePort, listens, until } from '../src/support/processes.ts'
import { startRecordingAgent } from '../src/support/recording-agent.ts'
import type { RecordingAgent } from '../src/support/recording-agent.ts'

const call = promisify(execFile)

/** The old one has no types. */
interface OldClient {
  increment(name: string): void
  gauge(name: string, value: number): void
  timing(name: string, value: number): void
  close(): void
}
const require = createRequire(import.meta.url)
const OldStatsD = require('node-statsd') as new (options: object) => OldClient

const start = async (): Promise<{ readonly agent: RecordingAgent; readonly port: number }> => {
  const port = await freePort()
  const agent = startRecordingAgent({
    sources: [{ type: 'statsd', node: 'alpha', listen: `127.0.0.1:${port}`, flushInterval: '1s' }],
  })
  await until('the agent listens', async () => ((await listens(port)) ? true : undefined), agent)
  return { agent, port }
}

interface Metric {
  readonly name: string
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}

/** Counters are reported as what each interval counted: here as their sum, everything else as it was last. */
const valuesOf = (agent: RecordingAgent, counters: readonly string[]): ReadonlyMap<string, number> => {
  const values = new Map<string, number>()
  for (const { kind, body } of agent.observed()) {
    if (kind !== 'metric') continue
    const { name, value, labels = {} } = body as unknown as Metric
    const key = [name, ...Object.entries(labels).map((pair) => pair.join('='))].join(' ')
    values.set(
      key,
      counters.includes(name) ? (values.get(key) ?? 0) + value : Math.max(values.get(key) ?? -Infinity, value),
    )
  }
  return values
}

const untilValues = (agent: RecordingAgent, counters: readonly string[], expected: Readonly<Record<string, number>>) =>
  until(
    `the values ${JSON.stringify(expected)}`,
    async () => {
      const values = valuesOf(agent, counters)
      const wrong = Object.entries(expected).filter(([key, value]) => values.get(key) !== value)
      if (wrong.length > 0) throw new Error(JSON.stringify([wrong, [...values]]))
      return true as const
    },
    agent,
  )

it('understands hot-shots and node-statsd', async () => {
  const { agent: running, port } = await start()
  await using agent = running
  const modern = new StatsD({ host: '127.0.0.1', port, prefix: 'hs.', globalTags: { network: 'clique' } })
  modern.increment('c', 3)
  modern.increment('c', 2)
  modern.gauge('g', 7, { node: 'a' })
  modern.timing('t', 12)
  modern.set('s', 'x')
  modern.set('s', 'y')
  modern.histogram('h', 5)
  modern.distribution('d', 1.5)
  modern.event('title', 'text\nmore', { alert_type: 'error' })
  modern.check('up', 2, { message: 'no answer' })
  const old = new OldStatsD({ host: '127.0.0.1', port, prefix: 'old.' })
  old.increment('c')
  old.gauge('g', 4)
  old.timing('t', 9)
  await untilValues(agent, ['statsd.hs.c', 'statsd.old.c'], {
    'statsd.hs.c network=clique': 5,
    'statsd.hs.g network=clique node=a': 7,
    'statsd.hs.t.max network=clique': 12,
    'statsd.hs.s network=clique': 2,
    'statsd.hs.h.p50 network=clique': 5,
    'statsd.hs.d.mean network=clique': 1.5,
    'statsd.old.c': 1,
    'statsd.old.g': 4,
    'statsd.old.t.max': 9,
  })
  const of = (kind: string) =>
    agent
      .observed()
      .filter((one) => one.kind === kind)
      .map(({ body }) => body)
  expect(of('log')).toMatchObject([{ severity: 3, message: 'hs.title\ntext\nmore', fields: { network: 'clique' } }])
  expect(of('alarm')).toMatchObject([{ step: 'raised', severity: 2, message: 'no answer' }])
  await new Promise<void>((resolve) => modern.close(() => resolve()))
  old.close()
})

const script = (port: number): string => `
import statsd, datadog
c = statsd.StatsClient('127.0.0.1', ${port}, prefix='py')
c.incr('c', 2); c.gauge('g', 3); c.timing('t', 4.2); c.set('s', 9)
with c.pipeline() as p:
    p.incr('a'); p.gauge('b', -2); p.gauge('c2', 5); p.gauge('c2', 2, delta=True)
t = statsd.TCPStatsClient('127.0.0.1', ${port}, prefix='tcp')
t.incr('c', 4); t.close()
datadog.initialize(statsd_host='127.0.0.1', statsd_port=${port}, statsd_disable_aggregation=True)
d = datadog.statsd
d.gauge('dd.g', 1.5, tags=['node:a', 'net:b']); d.distribution('dd.d', 2); d.increment('dd.c', 3)
d.event('größe', 'line1\\nline2', alert_type='error'); d.service_check('dd.up', 1, message='slow'); d.flush()
`

it('understands the clients of Python, also over TCP', async () => {
  const { agent: running, port } = await start()
  await using agent = running
  await call(peersPython(), ['-c', script(port)])
  await untilValues(agent, ['statsd.py.c', 'statsd.py.a', 'statsd.tcp.c', 'statsd.dd.c'], {
    'statsd.py.c': 2,
    'statsd.py.g': 3,
    'statsd.py.t.max': 4.2,
    'statsd.py.s': 1,
    'statsd.py.a': 1,
    'statsd.py.b': -2,
    'statsd.py.c2': 7,
    'statsd.tcp.c': 4,
    'statsd.dd.g net=b node=a': 1.5,
    'statsd.dd.d.max': 2,
    'statsd.dd.c': 3,
  })
  const of = (kind: string) =>
    agent
      .observed()
      .filter((one) => one.kind === kind)
      .map(({ body }) => body)
  expect(of('log')).toMatchObject([{ severity: 3, message: 'größe\nline1\nline2' }])
  expect(of('alarm')).toMatchObject([{ alarm: 'statsd.dd.up', step: 'raised', severity: 4, message: 'slow' }])
})
