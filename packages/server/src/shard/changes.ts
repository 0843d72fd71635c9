import type { UnixMs } from '@netstats/protocol'

/** What the core concludes. Rows that merely changed are in the change sets. */
export type Change =
  | { readonly type: 'network-added'; readonly at: UnixMs; readonly network: string }
  /** Its last node was forgotten or moved away. */
  | { readonly type: 'network-removed'; readonly at: UnixMs; readonly network: string }
  | { readonly type: 'node-added'; readonly at: UnixMs; readonly network: string; readonly node: string }
  | { readonly type: 'node-active'; readonly at: UnixMs; readonly network: string; readonly node: string }
  | {
      readonly type: 'node-inactive'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      readonly reason: 'disconnected' | 'silent' | 'reported'
    }
  | {
      readonly type: 'node-removed'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      /** `replaced`: another of its name has come in its place, or it had none; `asked`: an operator wanted it. */
      readonly reason: 'expired' | 'moved' | 'limit' | 'replaced' | 'asked'
    }
  | {
      readonly type: 'head'
      readonly at: UnixMs
      readonly network: string
      readonly number: number
      readonly hash: string
      /** Blocks that left the head's chain: the server's own view has changed, and nodes may have stood there all along. */
      readonly displaced: number
    }
  /** Nodes began to leave `depth` blocks for another branch, which leads to this block. */
  | {
      readonly type: 'reorg'
      readonly at: UnixMs
      readonly network: string
      readonly number: number
      readonly hash: string
      readonly depth: number
    }
  /** Nodes stand on different branches above `number`; `nodes` on each of them. */
  | {
      readonly type: 'split'
      readonly at: UnixMs
      readonly network: string
      readonly number: number
      readonly nodes: readonly number[]
    }
  | { readonly type: 'reunited'; readonly at: UnixMs; readonly network: string; readonly since: number }
