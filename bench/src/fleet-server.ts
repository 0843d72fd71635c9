/**
 * `node bench/src/fleet-server.ts --nodes 30000`
 *
 * A server with a fleet in its process (synthetic-fleet.ts), for measuring its dashboards. Prints its address. Started by
 * `fork` it sends the address to its parent, and on request how long its event loop was held up.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PerformanceObserver, monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openServer } from '@netstats/server'
import { serverConfig } from '@netstats/server/configuration'
import { createSyntheticFleet } from './synthetic-fleet.ts'
import type { FleetInput } from './synthetic-fleet.ts'

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '30000' },
    'block-time': { type: 'string', default: '5000' },
    port: { type: 'string', default: '0' },
    /** Share of the nodes that are on the map. */
    placed: { type: 'string', default: '0' },
  },
})

export interface FleetServerFacts {
  /** Longest time the event loop was held up since the last question, milliseconds, and the 99th percentile. */
  readonly heldUpMs: number
  readonly heldUpP99Ms: number
  /** Longest pause for the collector. */
  readonly collectorMs: number
}

const quiet = (): void => undefined
const log = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: (fields: object, text: string) => console.error(text, fields),
}
const data = mkdtempSync(join(tmpdir(), 'netstats-fleet-'))

// Names of nodes end in digits: a hundred patterns of two digits place as many percent of them.
const places = Object.fromEntries(
  Array.from({ length: Number(values.placed) }, (_, i) => [
    `agent-???${String(i).padStart(2, '0')}`,
    { city: `Town ${i}`, country: 'AT', latitude: -50 + i, longitude: -170 + 3.4 * i },
  ]),
)

const server = await openServer({
  config: serverConfig.parse({
    listen: `127.0.0.1:${values.port}`,
    data,
    history: { enabled: false },
    limits: { connectsPerSecond: 10_000 },
    places,
  }),
  log: { ...log, child: () => log } as unknown as Parameters<typeof openServer>[0]['log'],
  version: 'bench',
})

const fleet = createSyntheticFleet({
  nodes: Number(values.nodes),
  blockEveryMs: Number(values['block-time']),
  apply: (input: FleetInput) => void server.core.apply(input),
})
while (fleet.login(500, Date.now())) await pause(0)
setInterval(() => fleet.advance(Date.now()), 10)

const resolution = 1
const loop = monitorEventLoopDelay({ resolution })
loop.enable()
let collectorMs = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) collectorMs = Math.max(collectorMs, entry.duration)
}).observe({ entryTypes: ['gc'] })

process.on('message', () => {
  const delay = (ns: number): number => Math.max(0, ns / 1e6 - resolution)
  const facts: FleetServerFacts = {
    heldUpMs: delay(loop.max),
    heldUpP99Ms: delay(loop.percentile(99)),
    collectorMs,
  }
  loop.reset()
  collectorMs = 0
  process.send?.(facts)
})

const end = async (): Promise<void> => {
  await server[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
  process.exit(0)
}
process.once('SIGTERM', () => void end())
process.once('SIGINT', () => void end())
process.once('disconnect', () => void end())
process.stdout.write(`${server.url}\n`)
process.send?.({ url: server.url })
