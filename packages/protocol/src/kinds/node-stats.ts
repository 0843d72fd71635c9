import { as, big, count, flag, number, object, optional } from '../parse.ts'
import type { Wei } from '../units.ts'
import { defineKind } from './define.ts'

/** What a node says of itself at an interval. A field is absent where its client does not say it: absent is not zero. */
export interface NodeStats {
  /** False only where the reporter says that it cannot reach its node. */
  readonly active: boolean
  /** True while the node catches up. Inverted values of some clients are repaired in their codec. */
  readonly syncing?: boolean
  readonly mining?: boolean
  /** Hashes per second; 0 on proof of authority. */
  readonly hashrate?: number
  readonly peers?: number
  /** Suggested gas price in wei. */
  readonly gasPrice?: Wei
  /** Share of successful polls, 0 to 100; most clients always say 100. */
  readonly uptime?: number
}

export const nodeStats = defineKind<NodeStats>({
  code: 1,
  class: 'stats',
  read: object({
    active: flag,
    syncing: optional(flag),
    mining: optional(flag),
    hashrate: optional(number),
    peers: optional(count),
    gasPrice: optional(as<Wei, bigint>(big)),
    uptime: optional(number),
  }),
})
