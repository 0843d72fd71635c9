/**
 * `npm run bench:ingest -- --agents 1000,5000,10000 --seconds 60`
 *
 * N geths over loopback against the bare floor and against the server, one after the other in the same run, each bound to
 * core 0 while the load runs on core 1; the server has `--viewers` dashboards, 1 by default. Prints one Markdown row a size: see RESULTS.md for what the columns mean.
 */
import { parseArgs } from 'node:util'
import { networkId } from './geth-mix.ts'
import { startFleet } from './generators.ts'
import { cpuMs, percentile, rssBytes } from './procfs.ts'
import { startFloor, startServer } from './subject.ts'
import type { Subject } from './subject.ts'
import { openViewer } from './viewer.ts'
import type { Viewer } from './viewer.ts'

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
const seconds = Number(values.seconds)
const blockEveryMs = 5000
// A dashboard pins at most 50 nodes, and every pinned node is a sample at every block.
const sampled = 50 * Number(values.viewers)
const secret = 'bench-secret'

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

interface Figures {
  readonly microsPerMessage: number
  readonly messagesPerSecond: number
  readonly coreShare: number
  readonly rssPerAgentKiB: number
  readonly rssMiB: number
  readonly latencies: readonly number[]
  readonly viewerBytesPerSecond: number
  readonly lost: number
  readonly blocked: number
}

const measure = async (subject: Subject, agents: number, withFeed: boolean): Promise<Figures> => {
  const idle = rssBytes(subject.pid)
  using fleet = startFleet(Number(values.generators))
  const opened = Date.now()
  await fleet.open({
    protocol: 'ethstats',
    host: '127.0.0.1',
    port: subject.port,
    agents,
    secret,
    policy: 'geth',
    corked: false,
  })
  process.stderr.write(`  ${agents} agents connected in ${((Date.now() - opened) / 1000).toFixed(1)} s\n`)
  const sampleEvery = Math.max(1, Math.floor(agents / sampled))
  const sentAt = new Map<string, number>()
  const latencies: number[] = []
  fleet.onSent((id, number, at) => sentAt.set(`${id} ${number}`, at))

  const start = Math.floor(Date.now() / 1000)
  let number = 1_000_000
  let measuring = false
  let measuredFrom = Number.POSITIVE_INFINITY
  fleet.run(true)
  const announce = (): void => {
    number++
    if (measuring && measuredFrom > number) measuredFrom = number
    fleet.announce(number, start + (number - 1_000_000) * 5, sampleEvery)
  }
  announce()
  const blocks = setInterval(announce, blockEveryMs)

  const viewers: Viewer[] = []
  if (withFeed) {
    const ids = Array.from(
      { length: Math.min(sampled, agents) },
      (_, i) => `agent-${String(i * sampleEvery).padStart(5, '0')}`,
    )
    for (let i = 0; i < ids.length; i += 50) {
      viewers.push(
        await openViewer({
          url: `ws://127.0.0.1:${subject.port}/feed`,
          network: networkId,
          pinned: ids.slice(i, i + 50),
          onBlock: (id, seen, at) => {
            const sent = sentAt.get(`${id} ${seen}`)
            if (measuring && seen >= measuredFrom && sent !== undefined) latencies.push(at - sent)
          },
        }),
      )
    }
  }
  await pause(Number(values.warmup) * 1000)
  const before = { ...(await fleet.counts()), cpu: cpuMs(subject.pid), at: Date.now() }
  for (const viewer of viewers) viewer.takeBytes()
  measuring = true
  await pause(seconds * 1000)
  const after = { ...(await fleet.counts()), cpu: cpuMs(subject.pid), at: Date.now() }
  const rss = rssBytes(subject.pid)
  const bytes = viewers.reduce((sum, viewer) => sum + viewer.takeBytes(), 0)
  clearInterval(blocks)
  for (const viewer of viewers) viewer[Symbol.dispose]()
  if (after.inside < agents) throw new Error(`only ${after.inside} of ${agents} agents are in`)
  const messages = after.messages - before.messages
  return {
    microsPerMessage: ((after.cpu - before.cpu) * 1000) / messages,
    messagesPerSecond: (messages * 1000) / (after.at - before.at),
    coreShare: (after.cpu - before.cpu) / (after.at - before.at),
    rssPerAgentKiB: (rss - idle) / agents / 1024,
    rssMiB: rss / 1024 / 1024,
    latencies: latencies.sort((a, b) => a - b),
    viewerBytesPerSecond: viewers.length === 0 ? 0 : (bytes * 1000) / (after.at - before.at) / viewers.length,
    lost: after.lost,
    blocked: after.blocked,
  }
}

process.stdout.write(
  '| agents | msg/s | floor µs/msg | server µs/msg | ratio | server cores | RSS MiB | KiB/agent | feed p50 ms | p95 | p99 | max | samples | B/s per viewer | lost |\n' +
    '|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n',
)
for (const agents of (values.agents ?? '').split(',').map(Number)) {
  let floor: Figures | undefined
  if (values.only !== 'server') {
    process.stderr.write('floor\n')
    await using subject = await startFloor('0')
    floor = await measure(subject, agents, false)
  }
  process.stderr.write('server\n')
  await using subject = await startServer('0', secret)
  const server = await measure(subject, agents, true)
  const l = server.latencies
  const row = [
    agents,
    server.messagesPerSecond.toFixed(0),
    floor?.microsPerMessage.toFixed(1) ?? '–',
    server.microsPerMessage.toFixed(1),
    floor ? (server.microsPerMessage / floor.microsPerMessage).toFixed(2) : '–',
    server.coreShare.toFixed(2),
    server.rssMiB.toFixed(0),
    server.rssPerAgentKiB.toFixed(1),
    percentile(l, 0.5),
    percentile(l, 0.95),
    percentile(l, 0.99),
    l.at(-1) ?? '–',
    l.length,
    server.viewerBytesPerSecond.toFixed(0),
    server.lost + server.blocked,
  ]
  process.stdout.write(`| ${row.join(' | ')} |\n`)
}
