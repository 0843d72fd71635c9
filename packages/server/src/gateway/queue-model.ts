/** What the ingress queue works with. */

export interface QueueLimits {
  readonly items: number
  readonly bytes: number
  /** Of these, what one session may hold; a session with half of it waiting is asked to pause. */
  readonly sessionItems: number
  readonly sessionBytes: number
  /** How long work may go on before pings, HTTP and the feed get their turn. */
  readonly sliceMs: number
}

/** Sessions that share one part of the queue, such as those of one network: no group takes the room of all. */
export interface QueueGroup {
  items: number
  bytes: number
}

/** What the queue keeps in each session; empty sessions hold no array. */
export interface QueueSource {
  group: QueueGroup | undefined
  waiting: Waiting[] | undefined
  waitingBytes: number
  ended: boolean
  paused: boolean
}

interface Waiting {
  readonly text: string
  readonly at: number
}

export interface QueueOptions<S extends QueueSource> {
  readonly limits: QueueLimits
  /** Parses and applies one frame. Must not throw. */
  readonly receive: (source: S, text: string, at: number) => void
  /** All of an ended session's frames have been worked through. */
  readonly finished: (source: S) => void
  /** Pauses or resumes reading from the session's socket. */
  readonly setPaused: (source: S, paused: boolean) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Calls back after pending I/O: `setImmediate`. */
  readonly defer: (run: () => void) => void
}
