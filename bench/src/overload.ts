/**
 * `npm run bench:overload -- [--agents 10000] [--seconds 60] [--times 3]`
 *
 * Finds the rate one server on `--core` sustains (all that geths say, faster and faster, until something is shed, pings
 * take a second or its core is full), then sends three times as much for a minute, and then as little as at first. Prints
 * a row for each of the three: what came, what was shed by class, how memory went; and whether the newest block of every
 * agent was there in the end. Agents whose sockets are full hold back all but the newest block, as geths do.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { networkId } from './fleet-nodes.ts'
import { startLoad } from './load.ts'
import type { Counts } from './generator-messages.ts'
import { gained, scrape, totalGained } from './scrape.ts'
import type { Scrape } from './scrape.ts'
import { mebibytes, ms, progress, say, table, thousands } from './report.ts'
import { startServer } from './server-under-test.ts'
import { percentileOfTimes } from './time-counts.ts'
import { startSampler } from './sampler.ts'
import type { Usage } from './sampler.ts'

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    times: { type: 'string', default: '3' },
    core: { type: 'string', default: '0' },
    protocol: { type: 'string', default: 'ethstats' },
    /** Takes this as sustainable, in multiples of what geths say, and does not look for it. */
    sustained: { type: 'string' },
    workers: { type: 'string', default: 'auto' },
    'server-args': { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})
const agents = Number(values.agents)
const seconds = Number(values.seconds)
const stepSeconds = 12
const secret = 'bench-secret'
const protocol = values.protocol === 'netstats' ? ('netstats' as const) : ('ethstats' as const)
const recoverWithinMs = 120_000

interface Phase {
  readonly name: string
  readonly counts: Counts
  readonly messages: number
  readonly blocks: number
  readonly offered: number
  readonly usage: Usage
}

await using target = await startServer(values.core, secret, {
  args: ['--workers', values.workers, ...values['server-args'].split(' ').filter((one) => one !== '')],
  verbose: values.verbose,
  // One agent may otherwise say only so much, and that limit is not what is looked at here.
  env: { NETSTATS_ETHSTATS_MESSAGES_PER_SECOND: '100000' },
})
using load = await startLoad(target, {
  agents,
  protocol,
  secret,
  policy: 'geth',
  corked: true,
  viewers: 1,
  classic: true,
})
const { fleet } = load
using sampler = startSampler(target, true)

const phase = async (name: string, factor: number, forSeconds: number): Promise<Phase> => {
  load.rate(factor)
  const before = await fleet.counts(true)
  await sampler.begin()
  await pause(forSeconds * 1000)
  const counts = await fleet.counts()
  const usage = await sampler.read()
  const messages = counts.messages - before.messages
  return {
    name,
    counts,
    messages,
    blocks: counts.blocks - before.blocks,
    offered: messages + counts.blocked - before.blocked,
    usage,
  }
}

const shedOf = ({ usage: { before, after } }: Phase, labels = ''): number =>
  before && after ? after.sum('queue_shed_total', labels) - before.sum('queue_shed_total', labels) : Number.NaN

const isSustained = (one: Phase): boolean =>
  shedOf(one) === 0 &&
  one.usage.cores < 0.95 &&
  percentileOfTimes(one.counts.pings, 0.99) < 1000 &&
  one.usage.after !== undefined

const findSustained = async (): Promise<number> => {
  let sustained = 1
  for (let factor = 1; factor < 100; factor *= 1.4) {
    const one = await phase('', factor, stepSeconds)
    progress(
      `${factor.toFixed(1)} times geth: ${thousands(one.messages / one.usage.seconds)} msg/s, ${one.usage.cores.toFixed(2)} cores, ` +
        `ping p99 ${ms(percentileOfTimes(one.counts.pings, 0.99))} ms, shed ${shedOf(one)}`,
    )
    if (!isSustained(one)) break
    sustained = factor
  }
  return sustained
}

const row = (one: Phase, factor: number): (string | number)[] => [
  one.name,
  factor.toFixed(1),
  thousands(one.offered / one.usage.seconds),
  thousands(one.messages / one.usage.seconds),
  ...['latency', 'stats', 'log', 'block', 'alarm'].map((shedClass) => thousands(shedOf(one, `class="${shedClass}"`))),
  one.usage.cores.toFixed(2),
  `${ms(percentileOfTimes(one.counts.pings, 0.99))} / ${ms(one.counts.pings.max)}`,
  mebibytes(one.usage.peakRssBytes),
  mebibytes(one.usage.rssSlopePerHour / 60),
  one.counts.lost,
]

/** Waits until nothing is shed any more and nothing waits; gives how long it took. */
const recovery = async (): Promise<number | undefined> => {
  const began = performance.now()
  let last: Scrape | undefined
  while (performance.now() - began < recoverWithinMs) {
    const now = await scrape(target.port).catch(() => undefined)
    if (last && now && now.sum('queue_items') < 100 && totalGained('queue_shed_total', last, now) === 0)
      return performance.now() - began
    last = now
    await pause(1000)
  }
  return undefined
}

const nodesAt = async (number: number): Promise<number> => {
  const answer = await fetch(
    `http://127.0.0.1:${target.port}/api/v1/networks/${networkId}/nodes?limit=1&filter=blockNumber:${number}`,
  )
  return ((await answer.json()) as { total: number }).total
}

progress(`${agents} agents in after ${(load.openedInMs / 1000).toFixed(1)} s`)
await pause(20_000)
const from = await scrape(target.port)
const blocksFrom = (await fleet.counts()).blocks
const sustained = values.sustained === undefined ? await findSustained() : Number(values.sustained)
load.rate(1)
await pause(20_000)
const calm = await phase('before', 1, 20)
const factor = sustained * Number(values.times)
const heavy = await phase(`overload, ${values.times} times what is sustained`, factor, seconds)
load.rate(1)
const recovered = await recovery()
const after = await phase('after', 1, 20)
load.stopBlocks()
await pause(10_000)
const newest = await nodesAt(load.number)
const to = await scrape(target.port)
const counts = await fleet.counts()
// Those before the first look were on their way, a few at most.
const blocksRead = to.sum('ethstats_frames_total', 'event="block"') - from.sum('ethstats_frames_total', 'event="block"')

say(
  table(
    [
      'phase',
      'times geth',
      'offered msg/s',
      'sent msg/s',
      'shed latency, pending',
      'stats',
      'log',
      'block',
      'alarm',
      'cores',
      'ping p99 / max ms',
      'RSS peak MiB',
      'RSS MiB a minute',
      'lost',
    ],
    [row(calm, 1), row(heavy, factor), row(after, 1)],
  ),
)
say(
  table(
    ['', ''],
    [
      ['sustained, times geth', sustained.toFixed(1)],
      ['blocks sent, read by the server', `${thousands(counts.blocks - blocksFrom)}, ${thousands(blocksRead)}`],
      ['agents whose newest block is shown in the end', `${thousands(newest)} of ${thousands(agents)}`],
      [
        'nothing shed and nothing waiting after',
        recovered === undefined ? 'never' : `${(recovered / 1000).toFixed(0)} s`,
      ],
      ['rows of the history given up', thousands(totalGained('history_shed_total', from, to))],
      ['sessions ended by the server', [...gained('ethstats_ended_total', from, to)].join('; ') || 'none'],
    ],
  ),
)
