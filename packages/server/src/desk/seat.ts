import type { NodeInfo } from '@netstats/protocol'
import type { LoginAttempt, Verdict } from '../access/model.ts'
import type { Downward, Login } from '../bus/model.ts'
import type { AskedOf } from './history.ts'

/**
 *     asking ──► claiming ──► seated ──► left ──► (forgotten)
 *        │          └─────► refused
 *        └──────────► refused, seated
 */
export type SeatState = 'asking' | 'claiming' | 'seated' | 'left' | 'refused'

/** A session as the desk sees it: one flat record, there are tens of thousands. */
export interface Seat extends AskedOf {
  readonly line: Line
  readonly session: number
  readonly login: Login
  state: SeatState
  /** Names its owner among all networks. */
  key: string
  networkId: string | undefined
  /** Who it says it is; news replace what the login said. */
  info: NodeInfo
  /** What let it in. */
  entry: { readonly attempt: LoginAttempt; readonly verdict: Verdict & { readonly ok: true } } | undefined
  /** The core was told that it connected and not yet that it left. */
  announced: boolean
}

/** One ingest and its sessions. */
export interface Line {
  readonly down: Downward
  readonly seats: Map<number, Seat>
}

/** An id belongs to one session in its network: two networks may both have a `node-1`. */
export const ownerKey = (networkId: string | undefined, node: string): string => `${networkId ?? ''}\n${node}`

export const createSeat = (line: Line, session: number, login: Login): Seat => ({
  line,
  session,
  login,
  id: login.node,
  state: 'asking',
  key: ownerKey(login.info.networkId, login.node),
  networkId: login.info.networkId,
  network: '',
  info: login.info,
  entry: undefined,
  announced: false,
  historyBatch: login.historyBatch,
  asked: undefined,
  askedAt: 0,
  genesisAsked: false,
  historyFailures: 0,
})
