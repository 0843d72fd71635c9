/**
 * What a source costs: processor time and memory of a process that runs nothing else.
 *
 *   node packages/components/bench/cost.ts host [seconds]
 *   node packages/components/bench/cost.ts ws://127.0.0.1:8546 [seconds]
 */
import { observationsIn, systemClock } from '@netstats/sdk'
import type { Logger, Source, SourceContext } from '@netstats/sdk'
import { ethereum } from '../src/sources/ethereum/mod.ts'
import { host } from '../src/sources/host/mod.ts'
import { configFor } from '@netstats/sdk/testing'

const [what = 'host', seconds = '60'] = process.argv.slice(2)
const nothing = (): void => undefined
const log: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log }
const context: SourceContext = {
  id: `source/${what}`,
  clock: systemClock,
  log,
  status: { ok: nothing, degraded: nothing },
  count: nothing,
  paceMs: () => 0,
  checkpoints: () => new Map(),
}

const open = (): Promise<Source> =>
  what === 'host'
    ? host.open(configFor(host, { node: 'bench', interval: '1s', process: { pid: process.pid } }), context)
    : ethereum.open(configFor(ethereum, { node: 'bench', endpoint: what }), context)

await using source = await open()
const stop = new AbortController()
const kinds = new Map<string, number>()
const reading = (async () => {
  for await (const given of source.observe({ signal: stop.signal }))
    for (const { kind } of observationsIn(given)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
})()

// The first seconds compile; they are not what it costs afterwards.
await systemClock.sleep(5000, { signal: stop.signal })
const before = process.cpuUsage()
const from = performance.now()
await systemClock.sleep(Number(seconds) * 1000, { signal: stop.signal })
const { user, system } = process.cpuUsage(before)
const share = (user + system) / 1000 / (performance.now() - from)
stop.abort()
await reading
const megabytes = Math.round(process.memoryUsage.rss() / 1e6)
process.stdout.write(
  `${what}: ${(share * 100).toFixed(3)} % of a core, ${megabytes} MB resident, ${JSON.stringify(Object.fromEntries(kinds))}\n`,
)
