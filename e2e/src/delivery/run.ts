/**
 * Agents deliver through a breaking proxy to a server, all of them real processes, while whatever can break does. At the
 * end everything their sources produced is in the history, exactly once, as what and when it was.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import type { Random } from '@netstats/protocol/testing/random'
import { Violation } from '../history/oracle.ts'
import { openSmallDisk } from '../history/small-disk.ts'
import { freePort, startServer, temporaryFolder } from '../support/processes.ts'
import type { ServerProcess } from '../support/processes.ts'
import { openBreakingProxy } from './breaking-proxy.ts'
import { faults, pickFault } from './faults.ts'
import type { Arena, FaultName } from './faults.ts'
import { startFleet } from './fleet.ts'
import { judge } from './oracle.ts'
import type { Verdict } from './oracle.ts'
import { storedRows, toldGaps } from './stored.ts'

const network = '777'
const secret = 'delivery secret'

export interface DeliveryOptions {
  /** What breaks, in this order, or how often something by weight does. */
  readonly faults: number | readonly FaultName[]
  readonly agents: number
  readonly random: Random
  readonly onFault?: (n: number, name: FaultName) => void
}

export interface DeliveryResult extends Verdict {
  readonly faults: Readonly<Partial<Record<FaultName, number>>>
  /** Connections that the agents made. */
  readonly connections: number
  /** What the server took for repeats and left out, as far as the last life of it knows. */
  readonly duplicates: number
  readonly seconds: number
  /** From the last fault until everything was delivered. */
  readonly drainSeconds: number
}

/** Agents wait a minute at most between two attempts, and a connection that is half open is noticed sooner. */
const drainMs = 180_000

const settings = {
  agents: { pingEvery: '1s' },
  history: { flushEvery: '200ms' },
  // What is killed in the middle of a login would be locked out as a guesser of secrets.
  access: { failures: 10_000 },
}

export const runDelivery = async (options: DeliveryOptions): Promise<DeliveryResult> => {
  const { random, agents } = options
  const started = performance.now()
  const began = Date.now() - 60_000
  const folder = temporaryFolder('delivery')
  using disk = openSmallDisk(512)
  using agentDisk = openSmallDisk(24)
  const port = await freePort()
  const counts: Partial<Record<FaultName, number>> = {}
  const data = join(disk.path, 'data')
  mkdirSync(data)

  const start = (): Promise<ServerProcess> => startServer({ port, secret, data, settings })
  let server = await start()
  await using proxy = await openBreakingProxy(port)
  try {
    await using fleet = startFleet({
      agents,
      folder,
      dataOf: (i) => (i === 0 ? join(agentDisk.path, 'data') : undefined),
      port: proxy.port,
      secret,
      network,
      everyMs: 20,
      maxBytes: '16MiB',
      random,
    })
    const arena: Arena = {
      random,
      proxy,
      fleet,
      disk,
      agentDisk,
      serverPid: () => server.pid,
      killServer: async () => {
        server.kill('SIGKILL')
        await server.exit
        server = await start()
      },
    }
    await pass(2000)
    const plan =
      typeof options.faults === 'number'
        ? Array.from({ length: options.faults }, () => pickFault(random))
        : options.faults
    for (const [i, name] of plan.entries()) {
      await faults[name].run(arena)
      counts[name] = (counts[name] ?? 0) + 1
      options.onFault?.(i + 1, name)
      await pass(random.int(700))
    }
    const drainFrom = performance.now()
    await fleet.drain(drainMs)
    const drainSeconds = (performance.now() - drainFrom) / 1000
    const rows = await storedRows(server, network, began)
    const verdict = judge(fleet.journals(), rows, await toldGaps(server, network, began))
    const lost = await server.metric('netstats_server_delivery_holes_total')
    if (lost > 0) throw new Violation(`the server says that ${lost} sequences never came`)
    return {
      ...verdict,
      faults: counts,
      connections: proxy.connections,
      duplicates: await server.metric('netstats_server_delivery_observations_total', { result: 'duplicate' }),
      seconds: (performance.now() - started) / 1000,
      drainSeconds,
    }
  } finally {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}
