/**
 * Who gets `"primus::ping::T"`. Peers disagree: some disconnect on it (reth, old geth), some need it to stay (primus 7
 * and newer), some report their latency only on it (older Nethermind). Liveness itself is found out by WebSocket
 * pings, which every library answers; this text is for those who need it and nobody else.
 */

/** What is known of a session when the question comes up. */
export interface KeepAliveFacts {
  /** The upgrade's URL had `_primuscb`: a primus client. */
  readonly primusClient: boolean
  /** It has sent `primus::ping` itself, so it is old enough not to wait for ours. */
  readonly saidPrimusPing: boolean
  readonly saidNodePing: boolean
  /** `info.node` of its hello. */
  readonly client: string
}

/** Newer primus clients give up after 45 s without one. */
export const primusEveryMs = 25_000

/**
 * How long a primus client may be silent before it is taken to be one that waits for ours. Older ones speak first, after
 * 25 s, and shall get the time for it.
 */
export const primusFirstMs = (everyMs: number): number => everyMs * 1.12

/** Whether this session could ever need it; asked once, at login. */
export const mayWantPrimusPing = ({ client, primusClient }: Pick<KeepAliveFacts, 'primusClient' | 'client'>): boolean =>
  !isReth(client) && (primusClient || isNethermind(client))

/** Whether it needs it now that it is due. */
export const wantsPrimusPing = (facts: KeepAliveFacts): boolean =>
  mayWantPrimusPing(facts) && (facts.primusClient ? !facts.saidPrimusPing : !facts.saidNodePing)

const isNethermind = (client: string): boolean => /^nethermind\//i.test(client)

// eth-net-intelligence-api in front of a geth says `Geth/…` of its node and is a primus client all the same: it is the
// query that tells, not the name. reth never has the query; should something put one there, the name still decides.
const isReth = (client: string): boolean => /^reth\//i.test(client)
