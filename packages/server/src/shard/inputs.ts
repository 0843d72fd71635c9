/** What the core is given. */
import type { Alarm, NodeInfo, Observation, UnixMs } from '@netstats/protocol'

/**
 * `live`: it has just happened. `replayed`: it happened at `seenAt` and is older than what the live picture shows; it goes
 * to the history and changes nothing that is live but the blocks that are known. `snapshot`: it holds now and comes again
 * in its order; it changes the live picture, and the history keeps only who saw a block first. `derived`: an analyzer says
 * it about the node; it is no sign that the node lives and changes nothing but the history.
 */
export type ObservationMode = 'live' | 'replayed' | 'snapshot' | 'derived'

/** What the core is told. `at` is the server's clock at the border; the core reads no clock of its own. */
export type CoreInput =
  /** A session for a node began. The core finds its network from `info` and calls it active. */
  | {
      readonly type: 'connected'
      readonly at: UnixMs
      readonly node: string
      readonly info: NodeInfo
      readonly address: string | null
    }
  /**
   * Its session ended. Where a later session took over, tell this before that one's `connected`: there is one session a
   * node. What still arrives afterwards updates the row and does not call the node active.
   */
  | { readonly type: 'disconnected'; readonly at: UnixMs; readonly node: string; readonly network: string }
  | {
      readonly type: 'observation'
      readonly at: UnixMs
      readonly network: string
      readonly observation: Observation
      readonly mode?: ObservationMode | undefined
      /** When it happened, by the server's clock; not after `at`. What is absent or later counts as `at`. */
      readonly seenAt?: UnixMs | undefined
    }
  /** Round trip of a WebSocket ping. */
  | {
      readonly type: 'round-trip'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      readonly roundTripMs: number
    }
  /** The node's genesis was learned after login: it may belong to another network with the same id. */
  | {
      readonly type: 'genesis'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      readonly genesis: string
    }
  /** An operator calls the node otherwise from now on. */
  | { readonly type: 'renamed'; readonly at: UnixMs; readonly network: string; readonly node: string }
  /** An operator wants it forgotten; one that is active stays, unless it is no node of its own. */
  | {
      readonly type: 'removed'
      readonly at: UnixMs
      readonly network: string
      readonly node: string
      readonly evenActive?: boolean
    }
  /** An operator gave this network's chain another key: its nodes go there. */
  | { readonly type: 'rekeyed'; readonly at: UnixMs; readonly network: string }
  /**
   * A step of an alarm that the server judges: of a node, of a network where there is no node, of the server itself where
   * there is neither. The core changes nothing and passes it on, also where it does not know the node.
   */
  | {
      readonly type: 'alarm'
      readonly at: UnixMs
      readonly network: string | null
      readonly node: string | null
      readonly body: Alarm
    }
  /** Time passes: time-outs, removal of long inactive nodes, windows. Sent every second. */
  | { readonly type: 'tick'; readonly at: UnixMs }
