import type { Clock } from '@netstats/sdk'
import type { RpcError } from './errors.ts'
import type { Call, Reply } from './messages.ts'

/**
 * A way to ask one node. Replies come in the order of the calls, of the first calls only where the node answers no more;
 * what fails as a whole throws `RpcError`.
 */
export interface RpcConnection extends AsyncDisposable {
  /** Whether the node can push notices over it. */
  readonly pushes: boolean
  call(calls: readonly Call[], options: { signal: AbortSignal }): Promise<readonly Reply[]>
  /** Resolves with the reason when the connection ends by itself. Never for HTTP, which has none to lose. */
  readonly ended: Promise<RpcError>
}

export interface ConnectionOptions {
  readonly clock: Clock
  /** Longest wait for an answer, and for the connection to stand. */
  readonly timeoutMs: number
  /** Longest answer in bytes; a longer one ends the connection. */
  readonly maxAnswerBytes: number
  /** Called for every `eth_subscription` notice; must not throw. */
  readonly onNotice: (result: unknown) => void
  /** Headers of each request, or of the upgrade to a WebSocket: fresh ones where they carry a token of the moment. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Where the endpoint is shown: no user, password or query. */
  readonly label: string
}
