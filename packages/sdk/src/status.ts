import type { UnixMs } from '@netstats/protocol'

/** State of a part under supervision. */
export const partStates = ['starting', 'ok', 'degraded', 'failed', 'stopped'] as const
export type PartState = (typeof partStates)[number]

export interface PartStatus {
  /** Component id, `source/ethereum.validator-1`. */
  readonly id: string
  readonly state: PartState
  /** Why it is not `ok`, in words an operator understands; empty when it is. */
  readonly reason: string
  readonly since: UnixMs
  readonly restarts: number
}

/** How a component tells its host how it is; the host owns `starting`, `failed` and `stopped`. */
export interface StatusReporter {
  ok(): void
  degraded(reason: string): void
}
