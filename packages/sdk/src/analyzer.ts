import type { ObservationOf, Observation, UnixMs } from '@netstats/protocol'
import type { z } from 'zod'
import type { ComponentContext, ComponentDefinition } from './component.ts'

/** What the server concluded about a network. */
export type NetworkChange =
  | { readonly type: 'network-added' | 'network-removed' }
  | { readonly type: 'node-added' | 'node-active'; readonly node: string }
  | { readonly type: 'node-inactive' | 'node-removed'; readonly node: string; readonly reason: string }
  /** `displaced`: blocks that left the chain of the head. */
  | { readonly type: 'head'; readonly number: number; readonly hash: string; readonly displaced: number }
  | { readonly type: 'reorg'; readonly number: number; readonly hash: string; readonly depth: number }
  /** Nodes stand on different branches above `number`; `nodes` on each of them. */
  | { readonly type: 'split'; readonly number: number; readonly nodes: readonly number[] }
  | { readonly type: 'reunited'; readonly since: number }

/** What an analyzer reads. `at` is the clock of the server. */
export type AnalyzerEvent =
  | {
      readonly type: 'observation'
      readonly at: UnixMs
      readonly network: string
      readonly observation: Observation
    }
  | { readonly type: 'change'; readonly at: UnixMs; readonly network: string; readonly change: NetworkChange }

/** What an analyzer says: a value, a line of a log or a step of an alarm, about a node of the network. */
export interface AnalyzerResult {
  readonly network: string
  readonly observation: ObservationOf<'metric'> | ObservationOf<'log'> | ObservationOf<'alarm'>
}

/**
 * Reads what the server is given and what it concludes, of all networks, and says what follows from it. It runs until
 * its events end; one that throws is replaced by a new one after a back-off. Results of analyzers are stored, shown and
 * sent on like other observations, but no analyzer reads them.
 */
export interface Analyzer extends AsyncDisposable {
  /**
   * Pulled: while it works on an event the next ones wait in a queue with a bound; when that is full the oldest are
   * dropped and counted. It neither buffers without a bound nor changes what it is given.
   */
  analyze(events: AsyncIterable<AnalyzerEvent>, options: { signal: AbortSignal }): AsyncIterable<AnalyzerResult>
}

/** A kind of analyzer. Servers open it once for each entry of their configuration. */
export interface AnalyzerDefinition<Schema extends z.ZodType = z.ZodType> extends ComponentDefinition<Schema> {
  open(config: z.output<Schema>, context: ComponentContext): Promise<Analyzer>
}

export const defineAnalyzer = <Schema extends z.ZodType>(
  definition: AnalyzerDefinition<Schema>,
): AnalyzerDefinition<Schema> => definition
