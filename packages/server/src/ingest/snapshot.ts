/** What a process that takes in agents has counted, as plain numbers: those of several processes add up. */
import type { ShedCounts } from '../intake/shed-counts.ts'
import { addTallies } from '../self/tally.ts'
import type { Counts } from '../self/tally.ts'

export interface IngestSnapshot {
  readonly ethstats: {
    readonly states: Readonly<Record<'waiting' | 'asking' | 'ready', number>>
    /** Live sessions by client family. */
    readonly clients: Counts
    readonly events: Counts
    readonly badFrames: Counts
    readonly refused: Counts
    readonly ended: Counts
    readonly logins: number
    readonly bytes: number
    readonly historyAsked: number
    readonly historyBlocks: number
    readonly memo: { readonly hits: number; readonly misses: number }
  }
  readonly netstats: {
    readonly states: Readonly<Record<'greeting' | 'asking' | 'open', number>>
    readonly refused: Counts
    readonly ended: Counts
    readonly faults: Counts
    readonly nacks: Counts
    readonly logins: number
    readonly frames: number
    readonly bytes: number
    readonly batches: number
    readonly observations: number
    readonly nows: number
    readonly acks: number
    readonly asked: number
    readonly credit: { readonly window: number; readonly inFlight: number }
    readonly memo: { readonly hits: number; readonly misses: number }
  }
  readonly intake: { readonly items: number; readonly bytes: number; readonly sheds: ShedCounts }
  readonly admission: { readonly connections: number; readonly addresses: number }
  readonly http: Counts
}

export const addSnapshots = (first: IngestSnapshot, ...more: readonly IngestSnapshot[]): IngestSnapshot =>
  more.reduce((sum, one) => addTallies(sum, one), first)

const zeroed = <T extends object>(counts: T): T =>
  Object.fromEntries(
    Object.entries(counts).map(([name, value]) => [name, typeof value === 'number' ? 0 : zeroed(value as object)]),
  ) as T

/** What stays of a process that has ended: what it counted, and none of what was so at that moment. */
export const retired = ({ ethstats, netstats, intake, admission, http }: IngestSnapshot): IngestSnapshot => ({
  ethstats: { ...ethstats, states: zeroed(ethstats.states), clients: {} },
  netstats: { ...netstats, states: zeroed(netstats.states), credit: zeroed(netstats.credit) },
  intake: { items: 0, bytes: 0, sheds: intake.sheds },
  admission: zeroed(admission),
  http,
})
