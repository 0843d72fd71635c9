/** The rules of the product, a file each: on from the first start. */
import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { chainStalled } from './chain-stalled.ts'
import { diskFull } from './disk-full.ts'
import { networkSilent } from './network-silent.ts'
import { nodeBehind } from './node-behind.ts'
import { nodeInactive } from './node-inactive.ts'
import { partUnhealthy } from './part-unhealthy.ts'

export interface Rules {
  readonly node: readonly Rule<NodeFacts>[]
  readonly network: readonly Rule<NetworkFacts>[]
  readonly server: readonly Rule<ServerFacts>[]
}

export const defaultRules: Rules = {
  node: [nodeInactive, nodeBehind, diskFull],
  network: [chainStalled, networkSilent],
  server: [partUnhealthy],
}
