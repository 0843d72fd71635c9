/**
 * Decides who may log in; the session registry asks. Everything here is synchronous and quick: a hash and a look into maps
 * for every login of thirty thousand agents that come back at once.
 *
 *     authenticate ──ok, no key───────► entered ──► left
 *       └────ok, key──► challenge ──► proved ──► entered ──► left
 */
import type { AuthRefusal } from '../bus/refusals.ts'

export interface LoginAttempt {
  readonly protocol: 'ethstats' | 'netstats'
  /** Identity that is claimed: `agent` of a netstats hello, `id` of an ethstats one. */
  readonly id: string
  /** Name of the node; the same as `id` for ethstats. */
  readonly node: string
  readonly networkId: string | undefined
  /** Shared secret or token. */
  readonly secret: string | undefined
  /** Address of the peer, behind trusted proxies that of their client. */
  readonly address: string
  /** Unix milliseconds. */
  readonly at: number
  /** Random id of the agent's spool; only netstats has one. */
  readonly instance?: string
  /** Public key that was shown, base64 of 32 bytes. */
  readonly key?: string
}

export type Verdict =
  | {
      readonly ok: true
      readonly by: 'open' | 'secret' | 'token' | 'key'
      /** The identity that was found; of tokens and keys the one they belong to. */
      readonly agent: string
      /** Public key whose proof is needed before anything else, and that signs batches. */
      readonly key?: string
    }
  | {
      readonly ok: false
      readonly reason: AuthRefusal
      /** When to try again at the earliest, for `locked-out` and `name-bound`; milliseconds from `at`. */
      readonly retryMs?: number
    }

export interface AgentAuthenticator {
  /** Counts a failure, changes nothing else: a name is taken only by `entered`. */
  authenticate(attempt: LoginAttempt): Verdict
  /** Tells what became of the challenge that a verdict with a key asked for. False counts as a failed login. */
  proved(attempt: LoginAttempt, ok: boolean): void
  /** The session has begun: reserves the node's name for the first that came with it. `verdict` is what `authenticate` said. */
  entered(attempt: LoginAttempt, verdict: Verdict & { readonly ok: true }): void
  /** A session that had entered is over, whatever ended it; once for each `entered`. `at`: Unix milliseconds. */
  left(attempt: Pick<LoginAttempt, 'node' | 'networkId'>, at: number): void
  /**
   * Calls for sessions to be ended because their right is gone: revoked, banned, rotated. A session is meant when its
   * verdict's agent is `agent` and `network` is undefined or its network. Gives what ends the calls.
   */
  onWithdrawn(listener: (agent: string, network: string | undefined) => void): () => void
  /** Refusals since the start, by reason; every key is there. */
  readonly refused: Readonly<Record<AuthRefusal, number>>
}
