/**
 * `npm run bench:storm -- [--agents 30000] [--how half,all,restart]`
 *
 * A fleet that has settled is cut and comes back as real clients do: one half as geth (finds out when it next writes,
 * tries at once, after a failure every 10 s), one half as our agent (back-off with jitter).
 *
 * - `half`: every second connection is reset at the same moment; what of it the others feel
 * - `all`: all connections are
 * - `restart`: the server is killed and started again at once
 *
 * One row each: time from the cut until agents are in again, attempts that were refused, pings of those that stayed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startLoad } from './load.ts'
import type { Load } from './load.ts'
import { gained, scrape } from './scrape.ts'
import { ms, progress, say, table, thousands } from './report.ts'
import { startServer } from './server-under-test.ts'
import type { RestartableServer } from './server-under-test.ts'
import { percentileOfTimes } from './time-counts.ts'
import { startSampler } from './sampler.ts'

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '30000' },
    how: { type: 'string', default: 'half,all,restart' },
    settle: { type: 'string', default: '40' },
    protocol: { type: 'string', default: 'ethstats' },
    core: { type: 'string', default: '0' },
    workers: { type: 'string', default: 'auto' },
    'server-args': { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
})
const agents = Number(values.agents)
const secret = 'bench-secret'
const protocol = values.protocol === 'netstats' ? ('netstats' as const) : ('ethstats' as const)
const giveUpMs = 300_000
/** Goes on for so long after all are back: who was hurt may only then be cut. */
const afterwardsMs = 20_000

const cuts: Readonly<Record<string, (load: Load, target: RestartableServer) => Promise<void>>> = {
  half: async ({ fleet }) => fleet.cut({ every: 2 }),
  all: async ({ fleet }) => fleet.cut({ every: 1 }),
  async restart(load, target) {
    await target.restart()
    await load.dashboards.open()
  },
}

const head = [
  'cut',
  'agents',
  'of them cut',
  'half of them back s',
  '99 %',
  'all',
  'attempts refused',
  'pings before p99 / max ms',
  'of those that stayed p99 / max ms',
  'over 5 s',
  'of those that stayed lost',
  'block to feed max ms',
  'cores',
]

const run = async (load: Load, target: RestartableServer, how: string): Promise<(string | number)[]> => {
  const { fleet, dashboards } = load
  progress(`${how}: settling`)
  await fleet.counts(true)
  await pause(Number(values.settle) * 1000)
  const calm = await fleet.counts(true)
  if (calm.active < agents) throw new Error(`only ${calm.active} of ${agents} agents are in before the cut`)
  dashboards.feed.clear()
  using sampler = startSampler(target, false)
  await sampler.begin()
  const before = how === 'restart' ? undefined : await scrape(target.port)
  const began = performance.now()
  await cuts[how]?.(load, target)
  let least = agents
  let backAt: number | undefined
  while (backAt === undefined && performance.now() - began < giveUpMs) {
    await pause(250)
    const { active } = await fleet.counts()
    if (active < least) least = active
    // geths find out when they next write: not before a block, or a round of reports, are all of them cut.
    if (active === agents && least < agents && performance.now() - began > 1000) backAt = performance.now()
  }
  const usage = await sampler.read()
  await pause(afterwardsMs)
  const counts = await fleet.counts()
  const after = await scrape(target.port)
  const refused = Object.values(counts.refused).reduce((sum, n) => sum + n, 0)
  progress(`refused, as agents saw it: ${JSON.stringify(counts.refused)}`)
  const refusals =
    before === undefined ? after.by('ethstats_refused_total') : gained('ethstats_refused_total', before, after)
  progress(
    `refused, as the server counts: ${[...refusals].map(([labels, n]) => `${labels} ${n}`).join('; ') || 'none'}`,
  )
  const { back, stayedPings } = counts
  const cut = back.bins.reduce((sum, n) => sum + n, 0)
  const seconds = (share: number): string => (percentileOfTimes(back, share) / 1000).toFixed(1)
  return [
    how,
    thousands(agents),
    thousands(cut),
    seconds(0.5),
    seconds(0.99),
    backAt === undefined
      ? `not within ${giveUpMs / 1000} s: ${thousands(counts.active)} in`
      : (back.max / 1000).toFixed(1),
    thousands(refused),
    `${ms(percentileOfTimes(calm.pings, 0.99))} / ${ms(calm.pings.max)}`,
    `${ms(percentileOfTimes(stayedPings, 0.99))} / ${ms(stayedPings.max)}`,
    counts.pings.overdue,
    how === 'restart' ? '–' : counts.lost,
    ms(dashboards.feed.max),
    usage.cores.toFixed(2),
  ]
}

const rows: (string | number)[][] = []
await using target = await startServer(values.core, secret, {
  args: ['--workers', values.workers, ...values['server-args'].split(' ').filter((one) => one !== '')],
  verbose: values.verbose,
})
using load = await startLoad(target, {
  agents,
  protocol,
  secret,
  policy: 'mixed',
  corked: false,
  viewers: 1,
  classic: true,
})
progress(`${agents} agents in after ${(load.openedInMs / 1000).toFixed(1)} s`)
for (const how of values.how.split(',')) {
  if (!(how in cuts)) throw new Error(`--how: ${how} is none of ${Object.keys(cuts).join()}`)
  rows.push(await run(load, target, how))
}
say(table(head, rows))
