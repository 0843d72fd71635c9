/** The judge of logins: tokens, keys, shared secrets, names, in this order of trust. */
import type { AgentRecord, AgentTable } from './agents.ts'
import { tryKey } from './keys.ts'
import { createGuesses } from './guesses.ts'
import type { Guesses, Who } from './guesses.ts'
import { accessRefusals } from './model.ts'
import type { AccessRefusal, Gatekeeper, LoginAttempt, Verdict } from './model.ts'
import { createNames, originOf } from './names.ts'
import type { Claimant, Names } from './names.ts'
import { noDigest, secretOperations, tokenPrefix } from './secrets.ts'
import type { SecretOperations } from './secrets.ts'

export interface GatekeeperOptions {
  readonly agents: AgentTable
  /** Shared secrets; none: who has no token is let in as it comes. */
  readonly secrets: readonly string[]
  readonly requireTokens: boolean
  readonly bindNames: boolean
  readonly bindForMs: number
  readonly failures: number
  readonly lockMs: number
  readonly operations?: SecretOperations
}

export interface FullGatekeeper extends Gatekeeper {
  /** Ends the sessions of an agent. */
  withdraw(agent: string, network: string | undefined): void
  readonly names: Names
  readonly guesses: Guesses
}

/** Failures that may be a guess; the others come from who knows a secret and is only in the wrong place. */
const mayBeGuess: ReadonlySet<AccessRefusal> = new Set(['bad-secret', 'bad-token', 'bad-key', 'bad-proof', 'wrong-id'])

export const createGatekeeper = (options: GatekeeperOptions): FullGatekeeper => {
  const { agents, requireTokens, failures, lockMs } = options
  const { digest, equal } = options.operations ?? secretOperations
  const shared = options.secrets.map(digest)
  const names = createNames({ bindForMs: options.bindForMs })
  const guesses = createGuesses({ failures, lockMs })
  const refused = Object.fromEntries(accessRefusals.map((one) => [one, 0])) as Record<AccessRefusal, number>
  const listeners = new Set<(agent: string, network: string | undefined) => void>()

  /** Whether the secret is a shared one: all are compared, and none ends the comparison early. */
  const isShared = (given: Buffer): boolean => {
    let found = 0
    for (const one of shared) found |= equal(one, given) ? 1 : 0
    return found === 1
  }

  /** What the secrets say, before locks and names. The work is the same whatever is given. */
  const weigh = (attempt: LoginAttempt, own: AgentRecord | undefined): Verdict => {
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
    return { ok: true, by: shared.length === 0 ? 'open' : 'secret', agent: id, ...(key === undefined ? {} : { key }) }
  }

  const count = (verdict: Verdict): Verdict => {
    if (!verdict.ok) refused[verdict.reason]++
    return verdict
  }

  /** A token or key can not be guessed: nobody locks its owner out by failing in its name. */
  const lockedMs = (attempt: LoginAttempt, verdict: Verdict): number => {
    if (verdict.ok && verdict.by === 'token') return 0
    return guesses.lockedMs(whoOf(attempt), attempt.at, verdict.ok && verdict.by === 'key')
  }

  return {
    judge(attempt) {
      const own = agents.find(attempt.id, attempt.networkId)
      const verdict = weigh(attempt, own)
      const everywhere = agents.get(attempt.id, '')
      if (own?.bannedAt !== undefined || everywhere?.bannedAt !== undefined) return count(refusal('banned'))
      const locked = lockedMs(attempt, verdict)
      if (locked > 0) return count(refusal('locked-out', locked))
      if (own?.revokedAt !== undefined) return count(refusal('revoked'))
      if (!verdict.ok) {
        if (mayBeGuess.has(verdict.reason)) guesses.failed(whoOf(attempt), attempt.at)
        return count(verdict)
      }
      if (attempt.node !== attempt.id && agents.find(attempt.node, attempt.networkId) !== undefined) {
        return count(refusal('wrong-id'))
      }
      const held = options.bindNames
        ? names.heldMs(nameOf(attempt), claimantOf(attempt, verdict), attempt.at)
        : undefined
      return held === undefined ? verdict : count(refusal('name-bound', held))
    },
    proved(attempt, ok) {
      if (ok) return
      refused['bad-proof']++
      guesses.failed(whoOf(attempt), attempt.at)
    },
    entered(attempt, verdict) {
      guesses.succeeded(whoOf(attempt))
      const own = agents.find(attempt.id, attempt.networkId)
      if (own !== undefined) agents.seen(own, attempt.at)
      if (options.bindNames) names.enter(nameOf(attempt), claimantOf(attempt, verdict))
    },
    left(session, at) {
      names.left(nameOf(session), at)
    },
    onWithdrawn(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    withdraw(agent, network) {
      for (const listener of listeners) listener(agent, network)
    },
    refused,
    names,
    guesses,
  }
}

const refusal = (reason: AccessRefusal, retryMs?: number): Verdict & { readonly ok: false } =>
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
