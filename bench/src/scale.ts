/**
 * `npm run bench:scale -- [--agents 30000 | --curve 1000,5000,10000,20000,30000] [--seconds 60 | --minutes 10]`
 *
 * N geths over loopback, each with an address of its own, a block of 12 transactions every 5 s to everybody within
 * 600 ms and geth's full report every 15 s, against the bare baseline (`ws` and one JSON.parse a frame) and then against one
 * server with its history, which one dashboard on /feed and one classic page look at. Both are bound to `--core` (0; `all`
 * for none), so is the load to what is left as it comes. CPU and memory are those of all processes of the server.
 * Workers are as many as the server takes (`--workers auto`), or a number; `--server-args='--config FILE'` goes to the server.
 * Above 15,000 agents the baseline is several processes that share a port.
 *
 * `--protocol netstats`: the same reports by netstats agents, in batches: a frame with block and pending at every head, one
 * with the other three reports and a ping every 15 s. Their baseline is `ws`, a JSON.parse for each first line and each body.
 */
import { parseArgs } from 'node:util'
import { measure } from './measure.ts'
import type { Measured } from './measure.ts'
import { gained, totalGained } from './scrape.ts'
import type { Scrape } from './scrape.ts'
import { mebibytes, ms, progress, say, table, thousands } from './report.ts'
import { startBaseline, startServer } from './server-under-test.ts'
import { percentileOfTimes } from './time-counts.ts'

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '30000' },
    curve: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    minutes: { type: 'string' },
    warmup: { type: 'string', default: '30' },
    core: { type: 'string', default: '0' },
    protocol: { type: 'string', default: 'ethstats' },
    generators: { type: 'string' },
    workers: { type: 'string', default: 'auto' },
    'server-args': { type: 'string', default: '' },
    /** `server` or `baseline` alone. */
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const sizes = (values.curve ?? values.agents).split(',').map(Number)
const seconds = values.minutes === undefined ? Number(values.seconds) : Number(values.minutes) * 60
const secret = 'bench-secret'
const agentsPerBaseline = 15_000
const protocol = values.protocol === 'netstats' ? ('netstats' as const) : ('ethstats' as const)

const loadOf = (agents: number) => ({
  agents,
  protocol,
  secret,
  policy: 'geth' as const,
  corked: false,
  generators: values.generators === undefined ? undefined : Number(values.generators),
  warmupSeconds: Number(values.warmup),
  seconds,
})

const labelled = (counts: ReadonlyMap<string, number>): string =>
  counts.size === 0 ? 'none' : [...counts].map(([labels, n]) => `${labels} ${thousands(n)}`).join('; ')

const head = [
  'agents',
  'in at the end',
  'dropped',
  'msg/s',
  'baseline µs/msg',
  'server µs/msg',
  'ratio',
  'cores',
  'RSS peak MiB',
  'PSS MiB',
  'ping p99 ms',
  'max',
  'over 5 s',
  'block to feed p50 ms',
  'p99',
  'max',
  'rows/s',
  'store lag max s',
  'rows given up',
  'frames shed',
  ...(protocol === 'netstats'
    ? ['observations/s', 'baseline µs each', 'server µs each', 'ack p50 ms', 'p99', 'max']
    : []),
]

const rowOf = (agents: number, baseline: Measured | undefined, server: Measured): (string | number)[] => {
  const { counts, usage, feed } = server
  const { pings } = counts
  const { before, after } = usage
  const of = (name: string): number => (before && after ? totalGained(name, before, after) : Number.NaN)
  return [
    thousands(agents),
    thousands(counts.active),
    counts.lost,
    thousands(server.messagesPerSecond),
    baseline?.microsPerMessage.toFixed(1) ?? '–',
    server.microsPerMessage.toFixed(1),
    baseline ? (server.microsPerMessage / baseline.microsPerMessage).toFixed(2) : '–',
    usage.cores.toFixed(2),
    mebibytes(usage.peakRssBytes),
    mebibytes(usage.pssBytes),
    ms(percentileOfTimes(pings, 0.99)),
    ms(pings.max),
    pings.overdue,
    ms(percentileOfTimes(feed, 0.5)),
    ms(percentileOfTimes(feed, 0.99)),
    ms(feed.max),
    thousands(of('history_rows_total') / usage.seconds),
    usage.lagSeconds.toFixed(1),
    thousands(of('history_shed_total')),
    thousands(of('queue_shed_total')),
    ...(protocol === 'netstats' ? acknowledged(baseline, server) : []),
  ]
}

const acknowledged = (baseline: Measured | undefined, server: Measured): (string | number)[] => {
  const acks = server.counts.acks ?? { bins: [], max: 0 }
  return [
    thousands(server.observations / server.usage.seconds),
    baseline?.microsPerObservation.toFixed(1) ?? '–',
    server.microsPerObservation.toFixed(1),
    ms(percentileOfTimes(acks, 0.5)),
    ms(percentileOfTimes(acks, 0.99)),
    ms(acks.max),
  ]
}

const details = (server: Measured, before: Scrape, after: Scrape): void => {
  const { counts, usage } = server
  const writing = totalGained('store_write_seconds_total', before, after)
  const batches = totalGained('store_batches_total', before, after)
  progress(
    `client pings ${thousands(counts.pings.answered)}, WebSocket pings answered ${thousands(counts.webSocketPings)}`,
  )
  progress(`refused: ${JSON.stringify(counts.refused)}; not sent because a socket was full: ${counts.blocked}`)
  if (protocol === 'netstats') {
    const { observations = 0, acknowledged: acked = 0, spoolFull = 0, nacks = {} } = counts
    progress(`observations sent ${thousands(observations)}, acknowledged ${thousands(acked)}, spool full ${spoolFull}`)
    progress(`told to send again: ${JSON.stringify(nacks)}`)
  }
  progress(`rows given up: ${labelled(gained('history_shed_total', before, after))}`)
  progress(`frames shed: ${labelled(gained('queue_shed_total', before, after))}`)
  progress(`ended by the server: ${labelled(gained('ethstats_ended_total', before, after))}`)
  progress(
    `store: ${batches} batches, ${((writing / batches) * 1000).toFixed(0)} ms each, most waiting ${mebibytes(usage.waitingBytes)} MiB`,
  )
  progress(
    `event loop: ${[...after.by('event_loop_delay_seconds')].map(([q, s]) => `${q} ${(s * 1000).toFixed(0)} ms`).join(', ')}`,
  )
  progress(
    `dashboard ${thousands(server.viewerBytesPerSecond)} B/s, classic page ${thousands(server.classicBytesPerSecond)} B/s${server.classicClosed ? ', CLOSED' : ''}`,
  )
  progress(`memory ${mebibytes(usage.rssSlopePerHour)} MiB/h`)
  for (const { command, cores, rssBytes, pssBytes } of usage.processes)
    progress(`${command}: ${cores.toFixed(2)} cores, RSS ${mebibytes(rssBytes)} MiB, PSS ${mebibytes(pssBytes)} MiB`)
  for (const { name, cores } of usage.threads) progress(`thread ${name}: ${cores.toFixed(3)} cores`)
}

const rows: (string | number)[][] = []
for (const agents of sizes) {
  let baseline: Measured | undefined
  if (values.only !== 'server') {
    progress(`baseline, ${agents} agents`)
    const program = protocol === 'netstats' ? (['netstats-baseline.ts'] as const) : (['ethstats-baseline.ts'] as const)
    await using target = await startBaseline(values.core, Math.ceil(agents / agentsPerBaseline), program)
    baseline = await measure(target, { ...loadOf(agents), viewers: 0, classic: false, scraped: false })
    progress(`baseline ${baseline.microsPerMessage.toFixed(1)} µs a message, ${baseline.usage.cores.toFixed(2)} cores`)
  }
  if (values.only === 'baseline') continue
  progress(`server, ${agents} agents`)
  await using target = await startServer(values.core, secret, {
    args: ['--workers', values.workers, ...values['server-args'].split(' ').filter((one) => one !== '')],
    verbose: values.verbose,
  })
  const server = await measure(target, { ...loadOf(agents), viewers: 1, classic: true, scraped: true })
  const { before, after } = server.usage
  if (before !== undefined && after !== undefined) details(server, before, after)
  rows.push(rowOf(agents, baseline, server))
}
if (rows.length > 0) say(table(head, rows))
