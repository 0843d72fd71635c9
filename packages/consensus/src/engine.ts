import type { EngineName, Facts } from './facts.ts'
import type { Header } from './header.ts'
import type { Hex } from './hex.ts'
import type { CastVote } from './votes.ts'

/** What headers alone do not say of a chain. All of it may be left out; then what depends on it stays unknown. */
export interface ChainRules {
  /** Votes begin afresh at each multiple of this. BFT engines: 30,000 unless told. Clique's headers show it. */
  readonly epoch?: number
  /** Validators where the header does not have them: in a contract, or in AuRa's list, in its order. */
  readonly validatorsAt?: (block: { readonly number: number; readonly parentHash: Hex }) => readonly Hex[] | undefined
  /** Seals that a block of IBFT or QBFT needs: two thirds, or GoQuorum's older rule. */
  readonly quorum?: 'two-thirds' | '2F+1'
  readonly policy?: 'round-robin' | 'sticky'
}

/** What a block leaves behind: who may seal the next one, and who is due. */
export interface Outlook {
  /** Absent where it is not known. */
  readonly validators?: readonly Hex[]
  /** Votes that are open. */
  readonly votes: readonly CastVote[]
  /** Who is due first for the next block, and for the one after where all goes well; empty where it is not known. */
  readonly due: readonly Hex[]
}

/** A header that has the form of an engine's, and hashes to what was reported by its rule. */
export interface Engine<Layout, State> {
  readonly name: EngineName
  /** Reads what the engine keeps in the header; undefined where it has another form. */
  read(header: Header): Layout | undefined
  hash(header: Header, layout: Layout): Uint8Array
  /**
   * Concludes what there is to say of a block. `parent` is what was known after its parent, where that was seen; the
   * state afterwards is undefined where nothing may be built on the block.
   */
  conclude(
    block: Block<Layout> & { readonly recover: Recover },
    parent: State | undefined,
    rules: ChainRules,
  ): { readonly facts: Conclusion; readonly state: State | undefined }
  /** The signatures that `conclude` recovers: each takes a millisecond, and can be recovered one by one before. */
  signatures(block: Block<Layout>): readonly Signature[]
  /** After a block of the engine. */
  outlook(state: State, facts: Facts, rules: ChainRules): Outlook
}

export interface Signature {
  readonly hash: Uint8Array
  /** The same object as in the layout, by which it is found again. */
  readonly signature: Uint8Array
}

/** Address whose key signed a hash, undefined for nobody's. */
export type Recover = (hash: Uint8Array, signature: Uint8Array) => Hex | undefined

export interface Block<Layout> {
  readonly header: Header
  readonly layout: Layout
  /** As computed. */
  readonly hash: Uint8Array
}

/** The facts that an engine adds to those of every block. */
export type Conclusion = Omit<
  Facts,
  'engine' | 'engineBefore' | 'number' | 'parentHash' | 'hash' | 'hashMatches' | 'finalized'
>

/** More validators than any network of proof of authority has. */
export const maxValidators = 1000

export const defaultEpoch = 30_000
