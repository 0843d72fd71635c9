/**
 * Agents deliver through a breaking proxy to a server, all of them real processes, while whatever can break does. At the
 * end everything their sources produced is in the history, exactly once, as what and when it was.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import type { Random } from '@netstats/protocol/testing/random'
import { Violation } from '../history/history-oracle.ts'
import { openSmallDisk } from '../history/small-disk.ts'
import type { SmallDisk } from '../history/small-disk.ts'
import { freePort, startServer, temporaryFolder, until } from '../support/processes.ts'
import type { ServerProcess } from '../support/processes.ts'
import { openBreakingProxy } from './breaking-proxy.ts'
import { copyFolder, putBack } from './copies.ts'
import { faults, pickFault } from './faults.ts'
import type { FaultHarness, FaultName } from './faults.ts'
import { startFleet } from './delivery-fleet.ts'
import { judge } from './delivery-oracle.ts'
import type { Verdict } from './delivery-oracle.ts'
import { storedRows, toldGaps, toldHoles } from './stored.ts'

const network = '777'
const clonesMetric = 'netstats_server_delivery_clones_total'
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
  /** Observations that the server says were acknowledged and are not there. */
  readonly claimed: number
  /** The longest time until server and agent had said that there is a clone; 0 where there was none. */
  readonly slowestNamingMs: number
  /** What the server took for repeats and left out, as far as the last life of it knows. */
  readonly duplicates: number
  readonly seconds: number
  /** From the last fault until everything was delivered. */
  readonly drainSeconds: number
}

/** Agents wait a minute at most between two attempts, and a connection that is half open is noticed sooner. */
const drainMs = 300_000

const settings = {
  agents: { pingEvery: '1s' },
  history: { flushEvery: '200ms' },
  // What is killed in the middle of a login would be locked out as a guesser of secrets.
  auth: { failures: 10_000 },
}

/** The server under test on its port and folder, which faults kill, copy and put back. */
const openRestartable = async (port: number, folder: string, disk: SmallDisk) => {
  const data = join(disk.path, 'data')
  mkdirSync(data)
  const start = (): Promise<ServerProcess> => startServer({ port, secret, data, settings })
  let server = await start()
  let copies = 0
  let slowestNamingMs = 0
  const kill = async (): Promise<void> => {
    server.kill('SIGKILL')
    await server.exit
  }
  return {
    get server() {
      return server
    },
    get slowestNamingMs() {
      return slowestNamingMs
    },
    async kill() {
      await kill()
      server = await start()
    },
    copy() {
      const copy = join(folder, `server-${++copies}`)
      copyFolder(server.pid, data, copy)
      return copy
    },
    async putBack(copy: string) {
      await kill()
      const aside = join(disk.path, 'aside')
      putBack(copy, data, aside)
      rmSync(aside, { recursive: true, force: true })
      rmSync(copy, { recursive: true, force: true })
      server = await start()
    },
    async named(outputs: () => string) {
      const before = await server.metric(clonesMetric)
      const from = performance.now()
      const isNamed = async (): Promise<true | undefined> =>
        (await server.metric(clonesMetric)) > before && outputs().includes('(cloned)') ? true : undefined
      try {
        await until('a clone to be named by server and agent', isNamed)
      } catch (error) {
        throw new Error(`${String(error)}\n${outputs()}\n${server.output()}`, { cause: error })
      }
      slowestNamingMs = Math.max(slowestNamingMs, performance.now() - from)
    },
  }
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
  const own = await openRestartable(port, folder, disk)
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
    const harness: FaultHarness = {
      random,
      proxy,
      fleet,
      disk,
      agentDisk,
      serverPid: () => own.server.pid,
      copyServer: () => own.copy(),
      putServerBack: (copy) => own.putBack(copy),
      named: (outputs) => own.named(outputs),
      killServer: () => own.kill(),
    }
    await pass(2000)
    const plan =
      typeof options.faults === 'number'
        ? Array.from({ length: options.faults }, () => pickFault(random))
        : options.faults
    for (const [i, name] of plan.entries()) {
      await faults[name].run(harness)
      counts[name] = (counts[name] ?? 0) + 1
      options.onFault?.(i + 1, name)
      await pass(random.int(700))
    }
    const drainFrom = performance.now()
    await fleet.drain(drainMs)
    const drainSeconds = (performance.now() - drainFrom) / 1000
    const rows = await storedRows(own.server, network, began)
    const told = await toldHoles(own.server)
    const isPutBack = (counts['restore-server'] ?? 0) + (counts['restore-both'] ?? 0) > 0
    if (told > 0 && !isPutBack) throw new Violation(`the server says that it has lost ${told} observations`)
    const gaps = await toldGaps(own.server, network, began)
    const verdict = judge(fleet.journals(), rows, gaps, { gone: fleet.gone(), told })
    return {
      ...verdict,
      faults: counts,
      connections: proxy.connections,
      claimed: told,
      slowestNamingMs: own.slowestNamingMs,
      duplicates: await own.server.metric('netstats_server_delivery_observations_total', { result: 'duplicate' }),
      seconds: (performance.now() - started) / 1000,
      drainSeconds,
    }
  } finally {
    await own.server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}
