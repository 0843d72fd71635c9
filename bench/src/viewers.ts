/**
 * `npm run bench:viewers -- --nodes 1000,10000,30000 --viewers 0,1,100,1000 --seconds 30`
 *
 * N nodes inside a server's process (synthetic-fleet.ts), V dashboards over WebSocket in another, each with a window of
 * `--rows` rows. The server is bound to core 0, the dashboards to core 1. The first number of viewers is the baseline that
 * the cost of the others is counted from; 0 is the fleet alone. Prints one Markdown row a run.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openClassicViewer } from './classic-viewer.ts'
import type { FleetServerFacts } from './fleet-server.ts'
import { networkId } from './fleet-nodes.ts'
import { cpuMs, percentile, rssBytes } from './procfs.ts'
import type { OpenViewers, ViewerFigures } from './viewer-clients.ts'

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000,10000,30000' },
    viewers: { type: 'string', default: '0,1,100,1000' },
    seconds: { type: 'string', default: '30' },
    warmup: { type: 'string', default: '15' },
    rows: { type: 'string', default: '50' },
    windows: { type: 'string', default: 'spread' },
    /** Percent of the nodes that are on the map. */
    placed: { type: 'string', default: '0' },
    /** Classic dashboards attached besides. */
    classic: { type: 'string', default: '0' },
  },
})
const numbers = (list: string): readonly number[] => list.split(',').map(Number)

interface Child extends Disposable {
  readonly pid: number
  ask<T>(message?: object): Promise<T>
}

const start = (file: string, core: string, args: readonly string[] = []): Child & { first<T>(): Promise<T> } => {
  const onCore = process.platform === 'linux' ? { execPath: 'taskset', execArgv: ['-c', core, process.execPath] } : {}
  const profile = file === 'fleet-server.ts' ? (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean) : []
  const child: ChildProcess = fork(join(import.meta.dirname, file), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    ...onCore,
    execArgv: [...(onCore.execArgv ?? []), ...profile],
  })
  const next = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`${file} ended with ${code}`))
      child.once('exit', ended)
      child.once('message', (answer) => {
        child.off('exit', ended)
        resolve(answer as T)
      })
    })
  return {
    pid: child.pid ?? 0,
    first: next,
    ask<T>(message: object = {}) {
      const answer = next<T>()
      child.send(message)
      return answer
    },
    [Symbol.dispose]: () => child.kill('SIGTERM'),
  }
}

interface Run {
  readonly nodes: number
  readonly viewers: number
}

const measure = async ({
  nodes,
  viewers,
}: Run): Promise<{ readonly cores: number; readonly row: readonly string[] }> => {
  using server = start('fleet-server.ts', '0', ['--nodes', String(nodes), '--placed', values.placed])
  const { url } = await server.first<{ readonly url: string }>()
  using clients = start('viewer-clients.ts', '1')
  const options: OpenViewers = {
    type: 'open',
    url,
    network: networkId,
    viewers,
    nodes,
    rows: Number(values.rows),
    windows: values.windows,
    map: Number(values.placed) > 0,
    sampleEvery: Math.ceil(viewers / 20) || 1,
  }
  const openedAt = Date.now()
  await clients.ask(options)
  const port = Number(new URL(url).port)
  const pages = await Promise.all(Array.from({ length: Number(values.classic) }, () => openClassicViewer(port)))
  const openMs = Date.now() - openedAt
  await pause(Number(values.warmup) * 1000)
  const atStart = await server.ask<FleetServerFacts>()
  await clients.ask({ type: 'figures' })
  for (const page of pages) page.takeBytes()
  const before = { cpu: cpuMs(server.pid), at: performance.now() }
  await pause(Number(values.seconds) * 1000)
  const after = { cpu: cpuMs(server.pid), at: performance.now() }
  const facts = await server.ask<FleetServerFacts>()
  const seen = await clients.ask<ViewerFigures>({ type: 'figures' })
  const seconds = (after.at - before.at) / 1000
  const classic = pages.reduce((sum, page) => sum + page.takeBytes(), 0) / seconds
  for (const page of pages) page[Symbol.dispose]()
  const cores = (after.cpu - before.cpu) / (after.at - before.at)
  const { delays } = seen
  const readers = Math.max(1, Math.ceil(viewers / options.sampleEvery))
  const perTopic = Object.entries(seen.topics)
    .sort(([, a], [, b]) => b - a)
    .map(([topic, bytes]) => `${topic} ${(bytes / seconds / readers).toFixed(0)}`)
  process.stderr.write(
    `  ${nodes} nodes, ${viewers} viewers: open in ${openMs} ms, ${seen.open} open, bytes/s by topic: ${perTopic.join(', ')}` +
      `; held up while opening ${atStart.heldUpMs.toFixed(0)} ms; ${JSON.stringify(seen.errors)}\n`,
  )
  return {
    cores,
    row: [
      (seen.meanBytes / seconds).toFixed(0),
      (seen.maxBytes / seconds).toFixed(0),
      (seen.frames / seconds / Math.max(1, viewers)).toFixed(1),
      ...[0.5, 0.95, 0.99].map((p) => String(percentile(delays, p))),
      String(delays.length),
      cores.toFixed(2),
      facts.heldUpP99Ms.toFixed(1),
      facts.heldUpMs.toFixed(0),
      facts.collectorMs.toFixed(0),
      (rssBytes(server.pid) / 1024 / 1024).toFixed(0),
      classic.toFixed(0),
    ],
  }
}

process.stdout.write(
  '| nodes | viewers | B/s each | most | frames/s | delay p50 ms | p95 | p99 | samples | server cores | of the viewers | loop p99 ms | max | collector max | RSS MiB | classic B/s |\n' +
    '|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n',
)
for (const nodes of numbers(values.nodes)) {
  let baseline: number | undefined
  for (const viewers of numbers(values.viewers)) {
    const { cores, row } = await measure({ nodes, viewers })
    baseline ??= cores
    const own = (cores - baseline).toFixed(2)
    process.stdout.write(`| ${[nodes, viewers, ...row.slice(0, 8), own, ...row.slice(8)].join(' | ')} |\n`)
  }
}
