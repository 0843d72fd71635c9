/** A simulated network beside the server: its nodes with an agent, and what goes wrong in it. */
import { createNetwork, describe, playScript, reportEthstats, runLive, serveNode } from '@netstats/simulator'
import type { Network, Scene } from '@netstats/simulator'
import { systemClock } from '@netstats/sdk'
import type { Logger } from '@netstats/sdk'
import type { FlagValue } from '@netstats/runtime/config'
import type { DemoPlan } from './demo-flags.ts'
import { demoPlaces } from './demo-places.ts'
import { startAgent } from './start-agent.ts'

export interface DemoParts {
  readonly plan: DemoPlan
  readonly network: Network
  /** `ws://…` of the server. */
  readonly endpoint: string
  readonly secret: string
  readonly data: string
  readonly log: Logger
  readonly say: (line: string) => void
}

export interface Demo extends AsyncDisposable {
  /** JSON-RPC of its first node. */
  readonly rpc: string
}

export const demoChainId = 13_371
const transactionsPerSecond = 12
/** Blocks of the network before it is looked at. */
const pastBlocks = 30
/** Blocks that are kept: a demo left on for weeks must not fill the memory. */
const keptBlocks = 2048
const peersEach = 3
/** Not so long that Clique's signers seal side by side all the time. */
const linkMs = 50
/** Seconds until the first scene: the page is open by then. */
const firstSceneAfter = 5

/** What the server is told: where nodes are on the map, and what headers do not say of the rules. */
export const demoTold = ({ cast, period, script }: DemoPlan, { nodes, genesis }: Network): readonly FlagValue[] => {
  const rules = {
    engine: cast.engine,
    period: `${period}s`,
    ...(script.epoch !== undefined && { epoch: script.epoch }),
    ...(cast.engine === 'aura' && { validators: genesis.validators }),
  }
  // The longer name is that of a network whose id another one in the data folder has already.
  const keys = [String(demoChainId), `${demoChainId}-${genesis.hash.slice(2, 10)}`]
  return [
    { name: 'demo', path: ['places'], value: demoPlaces(nodes.map(({ name }) => name)) },
    { name: 'demo', path: ['networks'], value: Object.fromEntries(keys.map((key) => [key, rules])) },
  ]
}

/** One agent watches all nodes but the last, which reports by itself over ethstats, as a client without an agent does. */
export const openDemo = async ({ plan, network, endpoint, secret, data, log, say }: DemoParts): Promise<Demo> => {
  const clock = systemClock
  await using stack = new AsyncDisposableStack()
  const nodes: { name: string; rpc: string }[] = []
  for (const node of network.nodes.slice(0, -1)) {
    const served = stack.use(await serveNode({ network, node, chainId: demoChainId, clock }))
    nodes.push({ name: node.name, rpc: served.ws })
  }
  const [first] = nodes
  const [last] = network.nodes.slice(-1)
  if (first === undefined || last === undefined) throw new TypeError('a demo without nodes')
  stack.use(reportEthstats({ network, node: last, chainId: demoChainId, endpoint, secret, clock, log }))
  stack.use(await startAgent({ name: 'demo', nodes, endpoint, secret, data, log }))
  network.runUntil(clock.now())
  play(network, plan, say)
  stack.use(runLive(network, { clock }))
  const opened = stack.move()
  return { rpc: first.rpc, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** With its past, up to now. */
export const createDemoNetwork = ({ cast, period, script }: DemoPlan): Network => {
  const { epoch, emptyBlockPeriod, emptySteps = false } = script
  const now = systemClock.now()
  const network = createNetwork({
    ...cast,
    seed: demoChainId,
    period,
    peersEach,
    linkMs,
    emptySteps,
    transactionsPerSecond: script.transactionsPerSecond ?? transactionsPerSecond,
    keep: keptBlocks,
    start: now - pastBlocks * period * 1000,
    ...(epoch !== undefined && { epoch }),
    ...(emptyBlockPeriod !== undefined && { emptyBlockPeriod: Math.max(period, emptyBlockPeriod) }),
  })
  network.runUntil(now)
  return network
}

const play = (network: Network, { script }: DemoPlan, say: (line: string) => void): void => {
  const tell = (scene: Scene): void => {
    const line = scene.say ?? describe(network, scene)
    if (line !== '') say(`${new Date(network.now()).toLocaleTimeString('en-GB')}  ${line}`)
  }
  playScript(network, script.scenes, {
    from: network.now() + firstSceneAfter * 1000,
    onScene: tell,
    ...(script.repeatAfter !== undefined && { repeatAfter: script.repeatAfter }),
  })
}
