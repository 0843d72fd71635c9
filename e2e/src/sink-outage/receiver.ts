/** What a sink sends to in an outage test: it can go away, and knows what it has. */

/** A numbered observation that a receiver has. */
export interface Received {
  readonly n: number
  /** Names the observation where the protocol does: the same id again is the same observation again. */
  readonly id: string | undefined
}

export interface Receiver extends AsyncDisposable {
  /** Nobody listens any more, and what is connected is cut. */
  leave(): Promise<void>
  comeBack(): Promise<void>
  /** In the order they came. */
  received(): Promise<readonly Received[]>
  /** Observations that were given up on the way, as the receiver was told; each report once where it can tell. */
  givenUp(): Promise<number>
}

/** A line of the table of sinks. */
export interface OutageCase {
  readonly name: string
  /** What the source gives: something that the sink carries. */
  readonly kind: 'log' | 'metric' | 'alarm'
  /** Whether "delivered" means that the receiver has it. */
  readonly isAcknowledged: boolean
  /** Whether what comes again replaces itself, so that it cannot be there twice. */
  readonly isIdempotent?: boolean
  /** Whether the receiver is told what was given up. */
  readonly isToldLosses: boolean
  /** Opens the receiver, with a folder of its own, and gives the options of the sink. */
  open(folder: string): Promise<{ readonly receiver: Receiver; readonly options: Readonly<Record<string, unknown>> }>
}
