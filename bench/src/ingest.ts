/**
 * `npm run bench:ingest -- --agents 1000,5000,10000 --seconds 60`
 *
 * N geths over loopback against the bare baseline and against the server, one after the other in the same run, each bound
 * to core 0 while the load runs on core 1; the server has `--viewers` dashboards, 1 by default. Prints one Markdown row a
 * size: see RESULTS.md for what the columns mean. Where frames were shed, the server had too little CPU for the figures to count.
 */
import { parseArgs } from 'node:util'
import { measure } from './measure.ts'
import type { Measured } from './measure.ts'
import { rssBytes } from './procfs.ts'
import { scrape } from './scrape.ts'
import { mebibytes, progress, say } from './report.ts'
import { startBaseline, startServer } from './server-under-test.ts'
import { percentileOfTimes } from './time-counts.ts'

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '1000,5000,10000' },
    seconds: { type: 'string', default: '60' },
    warmup: { type: 'string', default: '20' },
    generators: { type: 'string', default: '2' },
    viewers: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
const secret = 'bench-secret'

const loadOf = (agents: number) => ({
  agents,
  protocol: 'ethstats' as const,
  secret,
  policy: 'geth' as const,
  corked: false,
  scraped: false,
  generators: Number(values.generators),
  warmupSeconds: Number(values.warmup),
  seconds: Number(values.seconds),
})

interface Run {
  readonly agents: number
  readonly idleBytes: number
  readonly baseline: Measured | undefined
  readonly server: Measured
  /** Frames that the server has given up since it started. */
  readonly shed: number
}

const rowOf = ({ agents, idleBytes, baseline, server, shed }: Run): string => {
  const { feed, usage, counts } = server
  const rss = usage.processes.reduce((sum, one) => sum + one.rssBytes, 0)
  const delay = (share: number): string => percentileOfTimes(feed, share).toFixed(0)
  const cells = [
    agents,
    server.messagesPerSecond.toFixed(0),
    baseline?.microsPerMessage.toFixed(1) ?? '–',
    server.microsPerMessage.toFixed(1),
    baseline ? (server.microsPerMessage / baseline.microsPerMessage).toFixed(2) : '–',
    usage.cores.toFixed(2),
    mebibytes(rss),
    ((rss - idleBytes) / agents / 1024).toFixed(1),
    delay(0.5),
    delay(0.95),
    delay(0.99),
    feed.max,
    feed.bins.reduce((sum, n) => sum + n, 0),
    server.viewerBytesPerSecond.toFixed(0),
    counts.lost + counts.blocked,
    shed,
  ]
  return `| ${cells.join(' | ')} |`
}

say(
  '| agents | msg/s | baseline µs/msg | server µs/msg | ratio | server cores | RSS MiB | KiB/agent | feed p50 ms | p95 | p99 | max | samples | B/s per viewer | lost | shed |\n' +
    '|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
)
for (const agents of values.agents.split(',').map(Number)) {
  let baseline: Measured | undefined
  if (values.only !== 'server') {
    progress('baseline')
    await using target = await startBaseline('0')
    baseline = await measure(target, { ...loadOf(agents), viewers: 0, classic: false })
  }
  progress('server')
  await using target = await startServer('0', secret)
  const idleBytes = rssBytes(target.pid)
  const server = await measure(target, { ...loadOf(agents), viewers: Number(values.viewers), classic: false })
  if (server.counts.active < agents) throw new Error(`only ${server.counts.active} of ${agents} agents are active`)
  const shed = (await scrape(target.port)).sum('queue_shed_total')
  say(rowOf({ agents, idleBytes, baseline, server, shed }))
}
