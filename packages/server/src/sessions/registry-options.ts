import type { UnixMs } from '@netstats/protocol'
import type { AgentAuthenticator } from '../auth/model.ts'
import type { DeliveryTracker } from '../delivery/delivery-model.ts'
import type { CoreInput } from '../shard/inputs.ts'
import type { NetworkView } from '../shard/shard-model.ts'
import type { Clone } from './clone-watch.ts'
import type { RateController } from './rate-control.ts'
import type { SessionRecord } from './session-record.ts'

export interface SessionRegistryLimits {
  /** How long an older session of the same id has to show that it is alive. */
  readonly takeoverMs: number
  readonly backfillTimeoutMs: number
  /** Sessions of one network with a request for missing blocks at a time. */
  readonly backfillSessions: number
}

export interface SessionRegistryOptions {
  readonly limits: SessionRegistryLimits
  readonly authenticator: AgentAuthenticator
  readonly apply: (input: CoreInput) => void
  readonly networkOf: (node: string, networkId: string | undefined) => string | undefined
  readonly network: (key: string) => NetworkView | undefined
  /** The node an id is another name for, as an operator decided. */
  readonly mergedInto?: (networkId: string, node: string) => string | undefined
  /** What acknowledged observations are delivered to; without it their agents are refused. */
  readonly deliveries?: DeliveryTracker
  /** Heights whose headers are wanted, of each network that lacks some. */
  readonly wantedHeaders?: () => ReadonlyMap<string, readonly number[]>
  readonly rate?: RateController
  /** Load besides what waits for the store, 0 to 1: a reason to slow agents down. */
  readonly load?: () => number
  /** Another machine has come with a copy of the spool of an agent that is connected. */
  readonly onClone?: (clone: Clone, at: UnixMs) => void
  /** A line for the operator, at most one for each change of state. */
  readonly log?: (record: SessionRecord, event: 'login' | 'refused' | 'takeover', detail: string) => void
}

/** What the registry has counted since it started. */
export interface SessionCounts {
  logins: number
  takeovers: number
  backfillTimeouts: number
  /** Logins with a copy of the spool of an agent that is connected. */
  clones: number
  /** Messages of sessions that are not registered, such as what was under way when another took over. */
  unregistered: number
}
