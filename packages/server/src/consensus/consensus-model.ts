/** What is concluded of the validators of each network: the interface for REST, alarms and everything else in this process. */
import type { EngineName, Equivocation, Evidence, MissedTurn, ProposerPolicy, TurnOrder } from '@netstats/consensus'
import type { Fault, SetChange, Vote } from '@netstats/consensus'

export interface ConsensusView {
  /** Networks of which headers of an engine of proof of authority came. */
  networks(): readonly string[]
  /** O(window); undefined for a network of which none came. */
  status(network: string): ConsensusStatus | undefined
  /** Blocks on the chain of the head, newest first, at most `limit`. */
  blocks(network: string, limit: number): readonly ConsensusBlock[] | undefined
}

/**
 * `following`: the newest block is concluded, or one of the two below it. `catching-up`: headers of the past are asked for first. `waiting`: the header of
 * the newest block has not come.
 */
export type ConsensusState = 'following' | 'catching-up' | 'waiting'

export interface ConsensusStatus {
  readonly state: ConsensusState
  /** What headers show; null before the first that was concluded. */
  readonly engine: EngineName | null
  /** What the configuration says; null where it says nothing. */
  readonly engineTold: EngineName | null
  /** The last change of engine within the window. */
  readonly transition: { readonly number: number; readonly from: EngineName; readonly to: EngineName } | null
  /** Milliseconds; null where it is neither told nor can be seen. */
  readonly periodMs: number | null
  readonly periodTold: boolean
  /** Blocks; `assumed` is that of most networks. */
  readonly epoch: number
  readonly epochIs: 'told' | 'assumed'
  readonly policy: ProposerPolicy | null
  readonly turnOrder: TurnOrder | null
  /** Newest block that is concluded, and how high the network is. */
  readonly head: BlockAt | null
  readonly networkHead: number | null
  readonly finalized: BlockAt | null
  /** Blocks that the counts below are of. */
  readonly window: { readonly blocks: number; readonly from: number | null; readonly to: number | null }
  /** Of the next block; empty where they are not known. */
  readonly validators: readonly ValidatorStatus[]
  /** Who is due for the next block, and for the one after it; empty where it is not known. */
  readonly due: readonly string[]
  /** Validators without whom no block comes (of AuRa: none becomes final); null where the set is not known. */
  readonly quorum: number | null
  /** Validators that showed signs of life in the newest blocks, two for each validator. */
  readonly live: number | null
  /** How many more may fail before the chain stands still (of AuRa: finalises nothing); null before enough blocks were seen. */
  readonly faultMargin: number | null
  readonly votes: readonly OpenVote[]
  /** Newest first; those that prove something before those that only suggest it. */
  readonly equivocations: readonly SeenEquivocation[]
  readonly headers: HeaderCounts
  /** The newest that were attributed to nobody, newest first. */
  readonly unfit: readonly UnfitHeader[]
}

export interface BlockAt {
  readonly number: number
  readonly hash: string
}

export interface ValidatorStatus {
  readonly address: string
  readonly live: boolean
  /** The newest block that it sealed since the server started to follow; null for none. */
  readonly lastSealed: (BlockAt & { readonly timestamp: number }) | null
  /** In the window: blocks it sealed, those of them in its turn, and blocks that it committed to (IBFT, QBFT). */
  readonly sealed: number
  readonly inTurn: number
  readonly committed: number
  /** Turns that it did not take, in blocks that are final, and those in blocks that may still be replaced. */
  readonly missed: number
  readonly missedProvisional: number
  /** The missed ones by how sure it is. */
  readonly evidence: Readonly<Partial<Record<Evidence, number>>>
  /** Turns whose block lost against another one of its height: no miss. */
  readonly lostRaces: number
}

export interface OpenVote {
  readonly voter: string
  readonly recipient: string
  readonly type: Vote['type']
  readonly number: number
}

export interface SeenEquivocation {
  readonly type: Equivocation['type']
  readonly strength: Equivocation['strength']
  /** Who gave both signatures; empty where no one signature proves it. */
  readonly validators: readonly string[]
  readonly height: number
  readonly blocks: readonly [string, string]
  /** When it was seen, Unix ms. */
  readonly at: number
}

/** Headers by what became of them, since the start. */
export interface HeaderCounts {
  taken: number
  /** Known already, from another node. */
  repeated: number
  /** Hash to something else than they say. */
  mismatched: number
  /** Fit their hash, and are signed by nobody who may. */
  faulty: number
  /** Not readable as a header. */
  unreadable: number
  /** Of no engine of proof of authority. */
  plain: number
  /** Far above or below the network. */
  outOfRange: number
  /** Their parent did not come. */
  orphaned: number
  /** No room for them. */
  dropped: number
}

export interface UnfitHeader extends BlockAt {
  readonly reason: 'hash' | Fault
  /** The node it came from. */
  readonly node: string
}

export interface ConsensusBlock extends BlockAt {
  readonly engine: EngineName
  /** Header time, Unix ms. */
  readonly timestamp: number
  readonly sealer: string | null
  readonly expected: string | null
  readonly inTurn: boolean | null
  /** IBFT 1: modulo the number of validators. */
  readonly round: number | null
  readonly step: number | null
  readonly missed: readonly (MissedTurn & { readonly lostRace: boolean })[]
  readonly seals: readonly string[]
  readonly validators: number | null
  readonly vote: Vote | null
  readonly change: SetChange | null
  readonly final: boolean
}
