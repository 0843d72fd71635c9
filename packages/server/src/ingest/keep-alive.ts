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

/** After this much silence a primus client is taken to be one that waits for ours; newer ones give up at 45 s. */
export const primusPingAfterMs = 28_000

/** Whether this session could ever need it; asked once, at login. */
export const mayWantPrimusPing = (facts: Pick<KeepAliveFacts, 'primusClient' | 'client'>): boolean =>
  !neverPing(facts.client) && (facts.primusClient || isNethermind(facts.client))

export const wantsPrimusPing = (facts: KeepAliveFacts, sinceMs: number): boolean => {
  if (sinceMs < primusPingAfterMs || neverPing(facts.client)) return false
  if (facts.primusClient) return !facts.saidPrimusPing
  return isNethermind(facts.client) && !facts.saidNodePing
}

const isNethermind = (client: string): boolean => /^nethermind\//i.test(client)

// ENI in front of an old geth says `Geth/…` of the node, but it is a primus client and ignores the text; a native geth
// has no `_primuscb`. reth says so of itself and has none either: the name decides where both would be known.
const neverPing = (client: string): boolean => /^reth\//i.test(client)
