/** Decides on logins of agents: by token, key, shared secret and reserved name, in this order of trust. */
import type { AgentRecord, AgentTable } from './agents.ts'
import { isLoopback } from '../lib/loopback.ts'
import type { GoodPairs } from './good-pairs.ts'
import { tryKey } from './keys.ts'
import { createLoginThrottling } from './login-throttling.ts'
import type { LoginThrottling, Who } from './login-throttling.ts'
import { authRefusals } from '../bus/refusals.ts'
import type { AuthRefusal } from '../bus/refusals.ts'
import type { AgentAuthenticator, LoginAttempt, Verdict } from './model.ts'
import { originOf } from '@netstats/sdk/limits'
import { createNameReservations } from './name-reservation.ts'
import type { Claimant, NameReservations } from './name-reservation.ts'
import { noDigest, secretOperations, tokenPrefix } from './secrets.ts'
import type { SecretOperations } from './secrets.ts'

export interface AgentAuthenticatorOptions {
  readonly agents: AgentTable
  /** Shared secrets; without any, agents without a token are accepted as they come. */
  readonly secrets: readonly string[]
  readonly requireTokens: boolean
  /** Where there is no shared secret, agents without a token must be on this machine. */
  readonly onlyHere?: boolean
  readonly bindNames: boolean
  readonly bindForMs: number
  readonly failures: number
  readonly lockMs: number
  readonly good: GoodPairs
  readonly operations?: SecretOperations
}

export interface FullAgentAuthenticator extends AgentAuthenticator {
  /** Ends the sessions of an agent. */
  withdraw(agent: string, network: string | undefined): void
  readonly reservations: NameReservations
  readonly throttling: LoginThrottling
}

/** Failures that may be a guess; the others show a secret that is right, in the wrong place. */
const mayBeGuess: ReadonlySet<AuthRefusal> = new Set(['bad-secret', 'bad-token', 'bad-key', 'bad-proof', 'wrong-id'])

// oxlint-disable-next-line max-lines-per-function -- one decision in the order that tells a guesser least, whose steps share what they looked up
export const createAgentAuthenticator = (options: AgentAuthenticatorOptions): FullAgentAuthenticator => {
  const { agents, requireTokens, failures, lockMs } = options
  const { digest, equal } = options.operations ?? secretOperations
  const shared = options.secrets.map(digest)
  const reservations = createNameReservations({ bindForMs: options.bindForMs })
  const throttling = createLoginThrottling({ failures, lockMs, good: options.good })
  const refused = Object.fromEntries(authRefusals.map((one) => [one, 0])) as Record<AuthRefusal, number>
  const listeners = new Set<(agent: string, network: string | undefined) => void>()

  /** Whether the secret is a shared one: all are compared, and none ends the comparison early. */
  const isShared = (given: Buffer): boolean => {
    let found = 0
    for (const one of shared) found |= equal(one, given) ? 1 : 0
    return found === 1
  }

  /** What the secrets say, before locks and reservations. The work is the same whatever is given. */
  const checkSecrets = (attempt: LoginAttempt, own: AgentRecord | undefined): Verdict => {
    const { id, secret } = attempt
    const given = digest(secret ?? '')
    const sharedFits = isShared(given) && secret !== undefined
    const ownFits = equal(own?.token ?? noDigest, given) && own?.token !== undefined
    const bearer = agents.byToken(given)

    const key = attempt.key === undefined ? undefined : tryKey(attempt.key)
    if (attempt.key !== undefined && key === undefined) return refusal('bad-key')
    const belongsTo = key === undefined ? undefined : agents.byKey(key)
    if (belongsTo !== undefined && belongsTo !== own) return refusal(belongsTo.id === id ? 'wrong-network' : 'wrong-id')
    if (own?.key !== undefined && key !== undefined && key !== own.key) return refusal('bad-key')

    if (ownFits) {
      const signs = attempt.protocol === 'netstats' ? (own.key ?? key) : undefined
      return { ok: true, by: 'token', agent: id, ...(signs === undefined ? {} : { key: signs }) }
    }
    if (bearer !== undefined && bearer !== own) return refusal(bearer.id === id ? 'wrong-network' : 'wrong-id')
    if (own?.key !== undefined && attempt.protocol === 'netstats' && (secret === undefined || sharedFits)) {
      return { ok: true, by: 'key', agent: id, key: own.key }
    }
    if (own?.token !== undefined || own?.key !== undefined) {
      return refusal(secret === undefined || sharedFits ? 'token-required' : 'bad-token')
    }
    if (shared.length > 0 && !sharedFits) return refusal(secret?.startsWith(tokenPrefix) ? 'bad-token' : 'bad-secret')
    if (requireTokens) return refusal('token-required')
    if (shared.length === 0 && options.onlyHere === true && !isLoopback(attempt.address))
      return refusal('secret-required')
    return { ok: true, by: shared.length === 0 ? 'open' : 'secret', agent: id, ...(key === undefined ? {} : { key }) }
  }

  const count = (verdict: Verdict): Verdict => {
    if (!verdict.ok) refused[verdict.reason]++
    return verdict
  }

  /** A token or key cannot be guessed: failing in its name does not lock its owner out. */
  const lockedMs = (attempt: LoginAttempt, verdict: Verdict): number => {
    if (verdict.ok && verdict.by === 'token') return 0
    return throttling.lockedMs(whoOf(attempt), attempt.at, verdict.ok && verdict.by === 'key')
  }

  return {
    authenticate(attempt) {
      const own = agents.find(attempt.id, attempt.networkId)
      const verdict = checkSecrets(attempt, own)
      const everywhere = agents.get(attempt.id, '')
      if (own?.bannedAt !== undefined || everywhere?.bannedAt !== undefined) return count(refusal('banned'))
      const locked = lockedMs(attempt, verdict)
      if (locked > 0) return count(refusal('locked-out', locked))
      if (own?.revokedAt !== undefined) return count(refusal('revoked'))
      if (!verdict.ok) {
        if (mayBeGuess.has(verdict.reason)) throttling.failed(whoOf(attempt), attempt.at)
        return count(verdict)
      }
      if (attempt.node !== attempt.id && agents.find(attempt.node, attempt.networkId) !== undefined) {
        return count(refusal('wrong-id'))
      }
      const held = options.bindNames
        ? reservations.heldMs(nameOf(attempt), claimantOf(attempt, verdict), attempt.at)
        : undefined
      return held === undefined ? verdict : count(refusal('name-bound', held))
    },
    proved(attempt, ok) {
      if (ok) return
      refused['bad-proof']++
      throttling.failed(whoOf(attempt), attempt.at)
    },
    entered(attempt, verdict) {
      throttling.succeeded(whoOf(attempt), attempt.at)
      const own = agents.find(attempt.id, attempt.networkId)
      if (own !== undefined) agents.seen(own, attempt.at)
      if (options.bindNames) reservations.enter(nameOf(attempt), claimantOf(attempt, verdict))
    },
    left(session, at) {
      reservations.left(nameOf(session), at)
    },
    onWithdrawn(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    withdraw(agent, network) {
      for (const listener of listeners) listener(agent, network)
    },
    refused,
    reservations,
    throttling,
  }
}

const refusal = (reason: AuthRefusal, retryMs?: number): Verdict & { readonly ok: false } =>
  retryMs === undefined ? { ok: false, reason } : { ok: false, reason, retryMs: Math.ceil(retryMs) }

const nameOf = ({ node, networkId }: Pick<LoginAttempt, 'node' | 'networkId'>): string => `${networkId ?? ''}\n${node}`

const whoOf = ({ address, networkId, id }: LoginAttempt): Who => ({
  address: originOf(address),
  identity: `${networkId ?? ''}\n${id}`,
})

const claimantOf = (attempt: LoginAttempt, verdict: Verdict & { readonly ok: true }): Claimant => ({
  ...(verdict.by === 'token' || verdict.by === 'key' ? { agent: verdict.agent } : {}),
  ...(verdict.key === undefined ? {} : { key: verdict.key }),
  ...(attempt.instance === undefined ? {} : { instance: attempt.instance }),
  origin: originOf(attempt.address),
})
