import type { NodeInfo } from '@netstats/protocol'
import type { LoginAttempt, Verdict } from '../auth/model.ts'
import type { EndReason, Login } from '../bus/bus-messages.ts'
import type { SendCommand } from '../bus/bus.ts'
import type { BackfillState } from './backfill.ts'

/**
 *     authenticating ──► waiting ──► registered ──► ended ──► (forgotten)
 *        │                  └─────► refused
 *        └──────────► refused, registered
 *
 * It waits while an older session of its id has to show that it is alive.
 */
export type RecordState = 'authenticating' | 'waiting' | 'registered' | 'ended' | 'refused'

/** A session as the registry sees it: one flat record, there are tens of thousands. */
export interface SessionRecord extends BackfillState {
  readonly link: LinkRecords
  readonly session: number
  readonly login: Login
  state: RecordState
  /** Names its owner among all networks. */
  key: string
  networkId: string | undefined
  /** Who it says it is; news replace what the login said. */
  info: NodeInfo
  /** What let it in. */
  entry: { readonly attempt: LoginAttempt; readonly verdict: Verdict & { readonly ok: true } } | undefined
  /** The node it reports for: its own id, or that of the node it is another name for. */
  node: string
  /** Its connection was announced to the core, and not yet its end. */
  announced: boolean
  /** Whether it gives headers, is asked for some now, and from when on it may be asked again. */
  readonly headers: { gives: boolean; asked: boolean; againAt: number }
}

/** One gateway and its sessions. */
export interface LinkRecords {
  readonly send: SendCommand
  readonly records: Map<number, SessionRecord>
}

/** An id belongs to one session in its network: two networks may both have a `node-1`. */
export const ownerKey = (networkId: string | undefined, node: string): string => `${networkId ?? ''}\n${node}`

export const createSessionRecord = (link: LinkRecords, session: number, login: Login): SessionRecord => ({
  link,
  session,
  login,
  id: login.node,
  state: 'authenticating',
  key: ownerKey(login.info.networkId, login.node),
  networkId: login.info.networkId,
  network: '',
  info: login.info,
  entry: undefined,
  node: login.node,
  announced: false,
  historyBatch: login.historyBatch,
  requested: undefined,
  requestedAt: 0,
  genesisRequested: false,
  backfillFailures: 0,
  headers: { gives: false, asked: false, againAt: 0 },
})

/** Ends a registered session; what it has sent before still counts. */
export const endSession = (record: SessionRecord, reason: EndReason): void => {
  if (record.state !== 'registered') return
  record.state = 'ended'
  record.link.send({ type: 'end', session: record.session, reason })
}
