/**
 * `npm run bench:backlog -- --observations 100000`
 *
 * An agent that was cut off: its spool holds `--observations` of the last hours when it reaches its server again. Prints
 * how fast they are delivered, what that costs, and how much memory the agent takes at its highest.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { agentConfigOf, openAgent } from '@netstats/agent'
import { builtIn } from '@netstats/components'
import { nodeId, unixMs } from '@netstats/protocol'
import type { Observation } from '@netstats/protocol'
import { createRegistry } from '@netstats/runtime'
import { definePlugin, defineSource, systemClock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import { z } from '@netstats/sdk/config'
import { exampleBlock } from '@netstats/sdk/testing'
import { cpuMs, rssBytes } from './procfs.ts'
import { freePort, startServer } from './server-under-test.ts'

const { values } = parseArgs({ options: { observations: { type: 'string', default: '100000' } } })
const count = Number(values.observations)
const root = resolve(import.meta.dirname, '../..')
const secret = 'bench-secret'
const node = nodeId('bench')
const nothing = (): void => undefined
const quiet: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => quiet }

const data = mkdtempSync(join(tmpdir(), 'netstats-bench-'))
await using server = await startServer('0', secret)
const endpoint = `ws://127.0.0.1:${server.port}`

/** What an agent sees beside a node with a block every five seconds, up to now. */
const past = (n: number): Observation => {
  const observedAt = unixMs(Date.now() - (count - n) * 1000)
  if (n % 5 === 0) return { kind: 'block', node, observedAt, body: exampleBlock(n / 5) }
  if (n % 5 === 1) return { kind: 'pending', node, observedAt, body: { pending: n } }
  return { kind: 'node-stats', node, observedAt, body: { active: true, syncing: false, peers: n % 30, uptime: 100 } }
}
const filled = Promise.withResolvers<void>()
const source = defineSource({
  type: 'past',
  summary: 'Observations of the last hours',
  config: z.strictObject({}),
  open: () =>
    Promise.resolve({
      node,
      async *observe() {
        yield { kind: 'node-info', node, observedAt: unixMs(Date.now()), body: { name: node, networkId: '4711' } }
        for (let n = 1; n <= count; n++) yield past(n)
        filled.resolve()
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
})
const registry = createRegistry([builtIn, definePlugin({ name: 'past', apiVersion: 1, sources: [source] })])
const away = await freePort()
const config = agentConfigOf(registry).parse({
  sources: [{ type: 'past', node }],
  // The name that the place in the spool has, without a server behind it yet.
  sinks: [{ type: 'netstats', name: 'server', endpoint: `ws://127.0.0.1:${away}` }],
  data,
  shutdownGrace: '1ms',
})
{
  await using _agent = await openAgent(config, { log: quiet, registry })
  await filled.promise
}

const metricsPort = await freePort()
const settings = {
  sources: [{ type: 'ethereum', node, endpoint: 'ws://127.0.0.1:1' }],
  sinks: [{ type: 'netstats', name: 'server', endpoint, secret }],
  data,
  metrics: { listen: `127.0.0.1:${metricsPort}` },
}
const file = join(data, 'agent.yaml')
writeFileSync(file, JSON.stringify(settings))
const command = join(root, 'packages/cli/bin/netstats.mjs')
const agent = spawn(process.execPath, [command, 'agent', '--config', file], { stdio: ['ignore', 'ignore', 'inherit'] })
const pid = agent.pid!
const delivered = async (): Promise<number> => {
  try {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    return Number(/netstats_sink_delivered_total\{[^}]*\} (\d+)/.exec(text)?.[1] ?? 0)
  } catch {
    return 0
  }
}
let from: { readonly at: number; readonly cpu: number } | undefined
let peak = 0
let now = 0
while (now < count) {
  await pause(100)
  now = await delivered()
  peak = Math.max(peak, rssBytes(pid))
  if (from === undefined && now > 0) from = { at: systemClock.monotonic(), cpu: cpuMs(pid) }
}
const seconds = (systemClock.monotonic() - (from?.at ?? 0)) / 1000
const cpu = (cpuMs(pid) - (from?.cpu ?? 0)) / count
process.stdout.write(
  `| backlog of ${count} observations | ${Math.round(count / seconds)} a second | ${(cpu * 1000).toFixed(0)} µs each | RSS peak ${(peak / 2 ** 20).toFixed(1)} MiB |\n`,
)
agent.kill('SIGTERM')
await new Promise((done) => agent.once('exit', done))
rmSync(data, { recursive: true, force: true })
