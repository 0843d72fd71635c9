/**
 * `node bench/src/showcase.ts [--nodes 40] [--networks 1] [--past 24] [--admin] [--troubled] [--port 4100]`
 *
 * A server to look at in a browser: `netstats server` as a process, and fleets of geths and netstats agents that report to
 * it. Prints its address. `--past` fills its history with that many hours first; with `--admin` somebody named admin may
 * log in, with the password `showcase-password`. `--troubled`: more comes in than it can take, and some agents have a wrong secret.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openAuthAdmin } from '@netstats/server/auth-admin'
import { serverConfig } from '@netstats/server/configuration'
import { networkId, townOf } from './fleet-nodes.ts'
import { startFleet } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import { freePort, startServer } from './server-under-test.ts'
import { createStoreData } from './store-data.ts'
import { load } from './store-load.ts'
import { blockAt } from './store-rows.ts'
import { openBenchStore } from './store-under-test.ts'

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '40' },
    networks: { type: 'string', default: '1' },
    sealers: { type: 'string', default: '5' },
    'block-time': { type: 'string', default: '5000' },
    past: { type: 'string', default: '0' },
    admin: { type: 'boolean', default: false },
    troubled: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
  },
})
const secret = 'showcase-secret'
const password = 'showcase-password'
const past = Number(values.past)
/** Two of five nodes have an agent of ours beside them. */
const agentShare = 0.4
const firstNumber = past > 0 ? blockAt(past * 3600) + 1 : 1_000_000

/** A town for every node, by the end of its name. */
const places = Object.fromEntries(
  Array.from({ length: 100 }, (_, i) => [`agent-???${String(i).padStart(2, '0')}`, townOf(i)]),
)

const settings = {
  places,
  nodes: { reconnectGrace: '5s' },
  limits: { connectsPerSecond: 10_000, ...(values.troubled && { queueItems: 1000 }) },
  ...(values.troubled && { ethstats: { messagesPerSecond: 100_000 } }),
}

/** The history of a fleet of the same names, with half an hour in which nothing was written. */
const fillPast = async (data: string, nodes: number, hours: number): Promise<void> => {
  const to = hours * 3600
  const base = Math.floor(Date.now() / 60_000) * 60_000 - to * 1000
  await using store = await openBenchStore(join(data, 'history'), { now: () => base + to * 1000 })
  const rows = createStoreData({ nodes: Math.max(60, Math.ceil(nodes / 5) * 5), base })
  const plan = { batchSeconds: 900, seenSeconds: to, metricSeconds: 0 }
  const gap = Math.floor(to * 0.8)
  await load(store, rows, { ...plan, from: 0, to: gap })
  await load(store, rows, { ...plan, from: gap + 1800, to })
}

/** A person who may do everything, and agents in every state that an agent can have. */
const addPeople = async (data: string): Promise<void> => {
  await using auth = await openAuthAdmin({ config: serverConfig.parse({ data }) })
  await auth.run('users/add', { name: 'admin', role: 'admin', password: password })
  for (const [id, note] of [
    ['validator-1', 'Vienna, rack 4'],
    ['validator-2', ''],
    ['validator-3', 'the machine was sold'],
    ['validator-4', 'floods with forged blocks'],
  ] as const)
    await auth.run('agents/add', { id, ...(note !== '' && { note }) })
  await auth.run('agents/rotate', { id: 'validator-1' })
  await auth.run('agents/revoke', { id: 'validator-3' })
  await auth.run('agents/ban', { id: 'validator-4' })
}

interface NetworkPlan {
  readonly networkId: string
  readonly nodes: number
  readonly sealers: number
  readonly blockTimeMs: number
}

/** Nodes that report, lose their connection and come back, and blocks, of which one in twenty has a sibling. */
const openNetwork = async (port: number, plan: NetworkPlan): Promise<Disposable> => {
  const agents = Math.round(plan.nodes * agentShare)
  const fleets: Fleet[] = []
  const open = async (protocol: 'ethstats' | 'netstats', first: number, count: number): Promise<void> => {
    const fleet = startFleet(1)
    fleets.push(fleet)
    const { networkId: id, sealers } = plan
    const shape = { networkId: id, sealers, varied: true, ...(values.troubled && { spoolBatches: 4 }) }
    const where = { host: '127.0.0.1', port, secret, policy: 'agent', corked: values.troubled } as const
    await fleet.open({ ...where, ...shape, protocol, first, agents: count })
    fleet.run(true)
    if (values.troubled) fleet.rate(40)
  }
  await open('ethstats', 0, plan.nodes - agents)
  await open('netstats', plan.nodes - agents, agents)

  let number = firstNumber
  const announce = (): void => {
    number++
    const head = { number, timestampSeconds: Math.floor(Date.now() / 1000), sampleEvery: plan.nodes, spreadMs: 600 }
    if (number % 20 === 0) for (const fleet of fleets) fleet.announce({ ...head, siblingEvery: 8, spreadMs: 50 })
    for (const fleet of fleets) fleet.announce(head)
  }
  let turn = 0
  const lose = (): void => {
    turn++
    for (const fleet of fleets) fleet.cut({ every: 200, offset: (turn * 7) % 200, awayMs: 100_000 })
  }
  announce()
  const timers = [setInterval(announce, plan.blockTimeMs), setInterval(lose, 15_000)]
  return {
    [Symbol.dispose]() {
      for (const timer of timers) clearInterval(timer)
      for (const fleet of fleets) fleet[Symbol.dispose]()
    },
  }
}

/** Waits until the server has asked for the blocks before the first, which fill the charts of a page. Gives up after 15 s. */
const filled = async (port: number): Promise<void> => {
  const url = `http://127.0.0.1:${port}/api/v1/networks/${networkId}/blocks?limit=100`
  for (let tries = 0; tries < 60; tries++) {
    const { blocks = [] } = (await (await fetch(url)).json()) as { readonly blocks?: readonly unknown[] }
    if (blocks.length >= 72) return
    await pause(250)
  }
}

await using closing = new AsyncDisposableStack()
const folder = mkdtempSync(join(tmpdir(), 'netstats-showcase-'))
closing.defer(() => rmSync(folder, { recursive: true, force: true }))
const data = join(folder, 'data')
mkdirSync(data)
const file = join(folder, 'server.yaml')
// JSON is YAML.
writeFileSync(file, JSON.stringify(settings))
const nodes = Number(values.nodes)
if (past > 0) await fillPast(data, nodes, past)
if (values.admin) await addPeople(data)
const port = Number(values.port) || (await freePort())
const args = ['--config', file, ...(nodes > 1000 ? ['--workers', '2'] : [])]
closing.use(await startServer('all', secret, { port, data, args }))
for (let i = 0; i < Number(values.networks); i++) {
  const network = {
    networkId: String(Number(networkId) + i),
    nodes: i === 0 ? nodes : 4 + i * 20,
    sealers: Number(values.sealers) + i,
    blockTimeMs: Number(values['block-time']) * (i + 1),
  }
  closing.use(await openNetwork(port, network))
}
if (Number(values.networks) > 0) await filled(port)
if (values.troubled) {
  // They try again and again, and are never let in.
  const strangers = closing.use(startFleet(1))
  const options = { host: '127.0.0.1', port, secret: 'wrong', policy: 'agent', corked: false } as const
  strangers.open({ ...options, protocol: 'ethstats', first: 90_000, agents: 20 }).catch(() => undefined)
}

process.stdout.write(`http://127.0.0.1:${port}/\n`)
const { promise: asked, resolve: end } = Promise.withResolvers<void>()
process.once('SIGTERM', end)
process.once('SIGINT', end)
process.once('disconnect', end)
await asked
// The channel to a parent would keep the process alive.
if (process.connected) process.disconnect()
