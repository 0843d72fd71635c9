import type { EngineName, Facts } from './facts.ts'
import type { Header } from './header.ts'
import type { Hex } from './hex.ts'

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
    block: Block<Layout>,
    parent: State | undefined,
    rules: ChainRules,
  ): { readonly facts: Conclusion; readonly state: State | undefined }
}

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
