/** What alarms take from what the core says: whom to look at first, what is gone, and what agents report. */
import type { AlarmEngine } from '@netstats/alarms'
import type { CoreListener } from '../shard/applied.ts'
import type { Change } from '../shard/changes.ts'
import type { Core } from '../shard/shard-model.ts'
import type { NetworkLook } from './network-facts.ts'
import type { NodeNotes } from './node-notes.ts'
import type { Sweep } from './sweep.ts'

export interface AlarmListenerOptions {
  readonly core: Pick<Core, 'network'>
  readonly engine: Pick<AlarmEngine, 'report' | 'forget'>
  readonly sweep: Pick<Sweep, 'wakeNode' | 'wakeNetwork'>
  readonly notes: NodeNotes
  readonly networks: Pick<NetworkLook, 'reorganised' | 'forget'>
}

const removedBecause = {
  expired: 'the node was inactive for too long and was forgotten',
  moved: 'the node is on another network now',
  limit: 'the node was forgotten for others',
  replaced: 'another node has taken its place',
  asked: 'an operator removed the node',
} as const

export const createAlarmListener = ({ core, engine, sweep, notes, networks }: AlarmListenerOptions): CoreListener => {
  const changed = (change: Change): void => {
    const { network, at } = change
    switch (change.type) {
      case 'node-inactive': {
        const record = core.network(network)?.record(change.node)
        if (record !== undefined) notes.becameInactive(record, change.reason)
        return sweep.wakeNode(network, change.node)
      }
      case 'node-active':
        return sweep.wakeNode(network, change.node)
      case 'node-removed':
        return engine.forget({ network, node: change.node }, at, removedBecause[change.reason])
      case 'network-removed':
        networks.forget(network)
        return engine.forget({ network, node: null }, at, 'the network is gone')
      case 'reorg':
        networks.reorganised(change)
        return sweep.wakeNetwork(network)
      case 'split':
      case 'reunited':
        return sweep.wakeNetwork(network)
      case 'network-added':
      case 'node-added':
      case 'head':
    }
  }
  return (applied) => {
    const { input, node, network, changes } = applied
    for (let i = 0; i < changes.length; i++) changed(changes[i] as Change)
    if (node === undefined || network === undefined || input.type !== 'observation') return
    notes.applied(applied)
    const { observation, mode = 'live' } = input
    // What comes late is over, or comes again; what an analyzer finds counts like what a node says.
    if (observation.kind === 'alarm' && (mode === 'live' || mode === 'derived'))
      engine.report(network, node.id, observation.body, input.at)
  }
}
