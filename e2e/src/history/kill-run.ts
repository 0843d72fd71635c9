/**
 * A server with a history is killed at random moments and started again on the same folder. An observer reads over REST
 * what is durable; after each start that must be there exactly once, and the live picture must be as far as it was.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'
import type { Random } from '@netstats/protocol/testing/random'
import { freePort, netstats, startServer, temporaryFolder } from '../support/processes.ts'
import type { ServerProcess } from '../support/processes.ts'
import { networksOf, rowsOf } from '../support/rows.ts'
import { createFleet } from './history-fleet.ts'
import type { Fleet, Oracles } from './history-fleet.ts'
import { createOracle, Violation } from './history-oracle.ts'
import { blocksFrom, healthOf, reportsFrom, sightsFrom } from './reads.ts'

const network = '4242'
const secret = 'end-to-end secret'

export interface KillOptions {
  readonly rounds: number
  readonly agents: number
  /** 0 to 1. */
  readonly random: Random
  readonly onRound?: (round: number, what: string) => void
}

export interface KillResult {
  readonly rounds: number
  /** Of them, how many hit a server that was still opening its store. */
  readonly whileOpening: number
  readonly sent: number
  readonly durable: number
  readonly blocks: number
  /** From start to ready, milliseconds, ascending. */
  readonly readyMs: readonly number[]
}

/** Reads overlap by this much, so that what is gone again is noticed at once. */
const overlapMs = 5000

const readAll = async (server: ServerProcess, oracles: Oracles, from: (oracle: Oracles['reports']) => number) => {
  const readers = { reports: reportsFrom, sights: sightsFrom, blocks: blocksFrom } as const
  for (const [name, read] of Object.entries(readers)) {
    const oracle = oracles[name as keyof Oracles]
    const begin = from(oracle)
    oracle.read(await read(server, network, begin), begin)
  }
}

const observe = async (server: ServerProcess, oracles: Oracles, began: number, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    try {
      await readAll(server, oracles, (oracle) => Math.max(began, oracle.newestAt - overlapMs))
    } catch (error) {
      // A read that the kill cut off says nothing; one that was refused or found a fault says all.
      if (!isCutOff(error)) throw error
    }
    await pass(100, undefined, { signal }).catch(() => undefined)
  }
}

const isCutOff = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof SyntaxError && error.message.includes('JSON'))

/** What an operator sees first after a restart, before any agent is back. */
const checkRestored = async (server: ServerProcess, fleet: Fleet, durableHeight: number): Promise<void> => {
  const health = await healthOf(server)
  const unwell = health.parts.filter(({ state }) => state !== 'ok')
  if (unwell.length > 0) throw new Violation(`not well after a restart: ${JSON.stringify(unwell)}`)
  const rows = await rowsOf(server, network)
  const missing = fleet.ids.filter((id) => !rows.some((row) => row.id === id))
  if (missing.length > 0) throw new Violation(`${missing.length} nodes are not known after a restart`)
  const head = (await networksOf(server)).find(({ key }) => key === network)?.head?.number ?? 0
  if (head < durableHeight)
    throw new Violation(`the head is ${head} after a restart, block ${durableHeight} was durable`)
}

const checkFiles = (data: string): void => {
  const files = existsSync(data) ? readdirSync(data, { recursive: true, encoding: 'utf8' }) : []
  const aside = files.filter((file) => /corrupt|unusable|aside|broken/i.test(file))
  if (aside.length > 0) throw new Violation(`files were set aside: ${aside.join(', ')}`)
}

export const runKills = async ({ rounds, agents, random, onRound }: KillOptions): Promise<KillResult> => {
  const data = temporaryFolder('history-kill')
  const port = await freePort()
  const oracles: Oracles = {
    reports: createOracle('report'),
    sights: createOracle('sight'),
    blocks: createOracle('block'),
  }
  const fleet = createFleet({ agents, network, oracles })
  const began = Date.now() - 1000
  const readyMs: number[] = []
  let whileOpening = 0
  let durableHeight = 0

  const start = async (): Promise<ServerProcess> => {
    const from = performance.now()
    const server = await startServer({ port, secret, data })
    readyMs.push(performance.now() - from)
    return server
  }
  /** Killed before it is ready: half of its opening is over, or all of it, or none. */
  const killWhileOpening = async (): Promise<void> => {
    const args = ['server', '--listen', `127.0.0.1:${port}`, '--data', data]
    const server = netstats(args, { NETSTATS_ETHSTATS_SECRET: secret })
    await pass(random.next() * (readyMs.at(-1) ?? 1000))
    server.kill('SIGKILL')
    await server.exit
    whileOpening++
  }
  const live = async (): Promise<void> => {
    const server = await start()
    const over = new AbortController()
    try {
      if (durableHeight > 0) await checkRestored(server, fleet, durableHeight)
      using _agents = await fleet.connect(server)
      const observer = observe(server, oracles, began, over.signal)
      await Promise.race([observer, pass(500 + random.next() * 3000)])
      server.kill('SIGKILL')
      await server.exit
      over.abort()
      await observer
      if (server.output().includes('"level":"error"')) throw new Violation(`an error was logged:\n${server.output()}`)
    } finally {
      over.abort()
      await server[Symbol.asyncDispose]()
    }
    durableHeight = Math.max(durableHeight, oracles.blocks.durable === 0 ? 0 : 1000 + oracles.blocks.durable - 1)
    checkFiles(data)
  }

  try {
    for (let round = 1; round <= rounds; round++) {
      const opening = round > 1 && random.next() < 0.15
      await (opening ? killWhileOpening() : live())
      onRound?.(round, `${opening ? 'killed while opening' : 'killed'}; ${oracles.reports.durable} reports durable`)
    }
    // Everything once more, from the first row on.
    const last = await start()
    try {
      await checkRestored(last, fleet, durableHeight)
      await readAll(last, oracles, () => began)
    } finally {
      await last[Symbol.asyncDispose]()
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
  const { reports, sights, blocks } = oracles
  return {
    rounds,
    whileOpening,
    sent: reports.sentCount + sights.sentCount + blocks.sentCount,
    durable: reports.durable + sights.durable + blocks.durable,
    blocks: blocks.durable,
    readyMs: readyMs.sort((a, b) => a - b),
  }
}
