/**
 * Looks at every node, every network and the server itself each few seconds, a little at a time, and has the rules judge what
 * it sees. What the core has just said of a node or a network is looked at first.
 *
 *     server ─ network ─ its nodes ─ network ─ its nodes ─ … ─ server ─ …
 */
import type { AlarmEngine, NetworkFacts, ReadonlyOpen, Rule, Rules, ServerFacts, Subject } from '@netstats/alarms'
import type { WorkSteps } from '../lib/work-steps.ts'
import type { CoreNode } from '../shard/applied.ts'
import type { Core, NetworkView } from '../shard/shard-model.ts'
import type { NetworkLook } from './network-facts.ts'
import type { NodeLook } from './node-facts.ts'

export interface SweepOptions {
  readonly core: Pick<Core, 'networks' | 'network'>
  readonly engine: Pick<AlarmEngine, 'judge' | 'isOpen'>
  readonly rules: Rules
  readonly nodes: NodeLook
  readonly networks: NetworkLook
  readonly server: (at: number) => ServerFacts
  /** When the server started: what was there before has some time to come back. */
  readonly startedAt: number
  /** A rule has thrown. */
  readonly onFault: (rule: string, error: unknown) => void
}

export interface Sweep {
  /** The core has said something of the node: it is looked at with the next call of `advance`. */
  readonly wakeNode: (network: string, node: string) => void
  readonly wakeNetwork: (network: string) => void
  /** What is due after so many milliseconds. */
  readonly advance: (at: number, elapsedMs: number) => WorkSteps
  /** Facts of the newest look at a network. */
  readonly factsOf: (network: string) => NetworkFacts | undefined
}

/** All are looked at once in this time. */
const cycleMs = 5000
/** Subjects that are judged between two looks at who else has something to do. */
const subjectsAStep = 10
/** Who was there before a restart has this long to come back before its absence is judged. */
export const returnWithinMs = 90_000

interface SweepState {
  readonly options: SweepOptions
  readonly judge: Judge
  /** Of the newest look at each network. */
  readonly facts: Map<string, NetworkFacts>
  readonly wokenNodes: Map<string, Set<string>>
  readonly wokenNetworks: Set<string>
  /** Time of the look. */
  at: number
  /** Subjects that are to be looked at. */
  due: number
}

export const createSweep = (options: SweepOptions): Sweep => {
  const { core } = options
  const sweep: SweepState = {
    options,
    judge: createJudge(options),
    facts: new Map(),
    wokenNodes: new Map(),
    wokenNetworks: new Set(),
    at: 0,
    due: 0,
  }
  const { facts, wokenNodes, wokenNetworks } = sweep
  const turn = everything(sweep)
  return {
    wakeNode(network, node) {
      const woken = wokenNodes.get(network)
      if (woken === undefined) wokenNodes.set(network, new Set([node]))
      else woken.add(node)
    },
    wakeNetwork: (network) => void wokenNetworks.add(network),
    *advance(now, elapsedMs) {
      sweep.at = now
      yield* lookAtWoken(sweep)
      const all = core.networks().reduce((sum, { nodeCount }) => sum + nodeCount + 1, 1)
      // After a standstill not more than all of them once.
      sweep.due = Math.min(all, sweep.due + (all * elapsedMs) / cycleMs)
      for (let looked = 0; sweep.due >= 1; looked++) {
        sweep.due -= turn.next().value
        if (looked % subjectsAStep === subjectsAStep - 1) yield
      }
    },
    factsOf: (network) => facts.get(network),
  }
}

const lookAtNetwork = function* (sweep: SweepState, view: NetworkView): WorkSteps<NetworkFacts> {
  const { networks, rules, startedAt } = sweep.options
  const found = yield* networks.of(view, sweep.at)
  sweep.facts.set(view.key, found)
  const isOld = found.headAt !== null && found.headAt < startedAt
  if (!(isOld && sweep.at < startedAt + returnWithinMs))
    sweep.judge(rules.network, { network: view.key, node: null }, found, sweep.at)
  return found
}

const lookAtNode = (sweep: SweepState, view: NetworkView, id: string, networkFacts: NetworkFacts): void => {
  const { nodes, rules, startedAt } = sweep.options
  const node = view.record(id)
  if (node === undefined || isComingBack(node, startedAt, sweep.at)) return
  const found = nodes.of(view, id, networkFacts, sweep.at)
  if (found !== undefined) sweep.judge(rules.node, { network: view.key, node: id }, found, sweep.at)
}

/** Says after each subject that it was one; what is in pieces has many steps that are none. */
const everything = function* (sweep: SweepState): Generator<0 | 1, never> {
  const { core, rules, server } = sweep.options
  for (;;) {
    sweep.judge(rules.server, { network: null, node: null }, server(sweep.at), sweep.at)
    yield 1
    for (const view of core.networks()) {
      const work = lookAtNetwork(sweep, view)
      let step = work.next()
      for (; step.done !== true; step = work.next()) yield 0
      yield 1
      for (const id of view.nodeIds()) {
        if (core.network(view.key) !== view) break
        lookAtNode(sweep, view, id, step.value)
        yield 1
      }
    }
    for (const network of sweep.facts.keys()) if (core.network(network) === undefined) sweep.facts.delete(network)
  }
}

const lookAtWoken = function* (sweep: SweepState): WorkSteps {
  const { options, facts, wokenNodes, wokenNetworks } = sweep
  let looked = 0
  for (const network of takeAll(wokenNetworks)) {
    const view = options.core.network(network)
    if (view !== undefined) yield* lookAtNetwork(sweep, view)
  }
  for (const [network, ids] of wokenNodes) {
    wokenNodes.delete(network)
    const view = options.core.network(network)
    if (view === undefined) continue
    const of = facts.get(network) ?? (yield* lookAtNetwork(sweep, view))
    for (const id of ids) {
      lookAtNode(sweep, view, id, of)
      if (++looked % subjectsAStep === 0) yield
    }
  }
}

const takeAll = <T>(set: Set<T>): readonly T[] => {
  const all = [...set]
  set.clear()
  return all
}

/** It was there before the server started, and has not been heard of since. */
const isComingBack = (node: CoreNode, startedAt: number, at: number): boolean =>
  node.state === 'inactive' && node.stateSince < startedAt && at < startedAt + returnWithinMs

type Judge = <Facts>(rules: readonly Rule<Facts>[], of: Subject, facts: Facts, at: number) => void

const createJudge = ({ engine, onFault }: Pick<SweepOptions, 'engine' | 'onFault'>): Judge => {
  let rule = ''
  let subject: Subject = { network: null, node: null }
  // One for all: rules ask seldom, and are many.
  const isOpen: ReadonlyOpen = (labels) => engine.isOpen(rule, subject)(labels)
  return (rules, of, facts, at) => {
    subject = of
    for (const one of rules) {
      rule = one.name
      try {
        engine.judge(one, of, one.judge(facts, isOpen), at)
      } catch (error) {
        onFault(one.name, error)
      }
    }
  }
}
