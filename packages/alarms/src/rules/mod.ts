/** The rules of the product: on from the first start. */
import type { NetworkFacts, NodeFacts, ServerFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { agentGap } from './agent-gap.ts'
import { unlessAgentJudges } from './agent-judges.ts'
import { blockTimeOff } from './block-time-off.ts'
import { chainStalled } from './chain-stalled.ts'
import { clockOff } from './clock-off.ts'
import { deepReorg } from './deep-reorg.ts'
import { diskFull } from './disk-full.ts'
import { memoryLeak, memoryShort } from './memory.ts'
import { networkSilent } from './network-silent.ts'
import { networkSplit } from './network-split.ts'
import { nodeBehind } from './node-behind.ts'
import { nodeInactive } from './node-inactive.ts'
import { nodeOpenFiles, serverOpenFiles } from './open-files.ts'
import { fewPeers, noPeers } from './peers.ts'
import { propagationSlow } from './propagation-slow.ts'
import { partUnhealthy } from './server-part-unhealthy.ts'
import { certificateExpires, clonedAgent, serverOverloaded } from './server-parts.ts'
import { historyIncomplete, storeBehind, storeDown, storeFiles } from './store.ts'
import { spoolNearlyFull } from './spool-nearly-full.ts'
import { syncingLong } from './syncing-long.ts'
import { versionsDiffer } from './versions-differ.ts'

export interface Rules {
  readonly node: readonly Rule<NodeFacts>[]
  readonly network: readonly Rule<NetworkFacts>[]
  readonly server: readonly Rule<ServerFacts>[]
}

/** Those that need nothing but what is known beside the node: an agent judges them too. */
export const localRules: readonly Rule<NodeFacts>[] = [
  diskFull,
  memoryLeak,
  memoryShort,
  nodeOpenFiles,
  spoolNearlyFull,
]

export const defaultRules: Rules = {
  node: [
    nodeInactive,
    nodeBehind,
    syncingLong,
    noPeers,
    fewPeers,
    clockOff,
    agentGap,
    ...localRules.map(unlessAgentJudges),
  ],
  network: [networkSilent, chainStalled, networkSplit, deepReorg, blockTimeOff, propagationSlow, versionsDiffer],
  server: [
    storeDown,
    storeFiles,
    storeBehind,
    historyIncomplete,
    certificateExpires,
    clonedAgent,
    serverOverloaded,
    serverOpenFiles,
    partUnhealthy,
  ],
}
