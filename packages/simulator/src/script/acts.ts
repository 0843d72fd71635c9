/** What can be done to a network, as data, and what a person reads of it. */
import type { Hex } from '@netstats/consensus/encoding'
import type { Network } from '../network.ts'
import { provokeDeadlock } from './deadlock.ts'

export type Act =
  | { readonly do: 'stop' | 'start' | 'seal-twice' | 'no-vote'; readonly node: number }
  | { readonly do: 'slow' | 'clock'; readonly node: number; readonly ms: number }
  | { readonly do: 'partition'; readonly groups: readonly (readonly number[])[] }
  | { readonly do: 'heal' | 'deadlock' }
  | { readonly do: 'vote'; readonly node: number; readonly on: number; readonly type: 'add' | 'drop' }
  | { readonly do: 'traffic'; readonly perSecond: number }

/** An act and when, in seconds after the script begins; `say` replaces what a person is told. */
export type Scene = Act & { readonly after: number; readonly say?: string }

export const act = (network: Network, one: Act): void => {
  switch (one.do) {
    case 'stop':
      return network.stop(one.node)
    case 'start':
      return network.start(one.node)
    case 'seal-twice':
      return network.sealTwice(one.node)
    case 'slow':
      return network.slow(one.node, one.ms)
    case 'clock':
      return network.setClock(one.node, one.ms)
    case 'partition':
      return network.partition(one.groups)
    case 'heal':
      return network.heal()
    case 'deadlock':
      return provokeDeadlock(network)
    case 'vote':
      return network.vote(one.node, { recipient: addressOf(network, one.on), type: one.type })
    case 'no-vote':
      return network.vote(one.node, undefined)
    case 'traffic':
      return network.setTraffic(one.perSecond)
  }
}

const nameOf = ({ nodes }: Network, index: number): string => nodes[index]?.name ?? `node ${index}`

const addressOf = ({ nodes }: Network, index: number): Hex => {
  const node = nodes[index]
  if (node === undefined) throw new RangeError(`no node ${index}`)
  return node.key.address
}

/** One line for a person. */
export const describe = (network: Network, one: Act): string => {
  const name = (index: number): string => nameOf(network, index)
  switch (one.do) {
    case 'stop':
      return `${name(one.node)} goes offline`
    case 'start':
      return `${name(one.node)} is back`
    case 'seal-twice':
      return `${name(one.node)} seals its next block twice`
    case 'slow':
      return one.ms === 0 ? `${name(one.node)} is as fast as before` : `${name(one.node)} is ${one.ms / 1000} s slow`
    case 'clock':
      return one.ms === 0
        ? `the clock of ${name(one.node)} is right again`
        : `the clock of ${name(one.node)} is ${Math.abs(one.ms) / 1000} s ${one.ms > 0 ? 'ahead' : 'behind'}`
    case 'partition':
      return one.groups.length === 1
        ? `cut off from the others: ${(one.groups[0] ?? []).map(name).join(', ')}`
        : `the network is cut: ${one.groups.map((group) => group.map(name).join(', ')).join(' | ')}`
    case 'heal':
      return 'the network is whole again'
    case 'deadlock':
      return 'the signers race into a deadlock: equal tips, and everybody has just sealed'
    case 'vote':
      return `${name(one.node)} votes ${name(one.on)} ${one.type === 'add' ? 'in' : 'out'}`
    case 'no-vote':
      return `${name(one.node)} takes its vote back`
    case 'traffic':
      return one.perSecond === 0
        ? 'no transactions are sent any more'
        : `${one.perSecond} transactions a second are sent`
  }
}
