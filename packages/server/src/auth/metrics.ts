import type { MetricsRegistry } from '../telemetry/registry.ts'
import type { Auth } from './open.ts'

/** Every refusal is counted by its reason, and every bounded table shows how full it is. */
export const registerAuthMetrics = (registry: MetricsRegistry, auth: Auth): void => {
  const { agentAuthenticator, httpAuthenticator } = auth
  registry.counter(
    'auth_refused_total',
    'Logins of agents and nodes that were refused, by reason.',
    ['reason'],
    () => ({
      ...agentAuthenticator.refused,
    }),
  )
  registry.counter(
    'auth_lockouts_total',
    'Times somebody was locked out, by what they are told apart by.',
    ['by'],
    () =>
      Object.fromEntries(Object.entries(agentAuthenticator.throttling.lockouts).map(([by, { locks }]) => [by, locks])),
  )
  registry.counter('auth_user_logins_total', 'Logins of users, by result.', ['result'], () => {
    const { logins, wrong, lockedOut, badTokens } = httpAuthenticator.counts
    return { ok: logins, wrong, 'locked-out': lockedOut, 'bad-token': badTokens }
  })
  registry.gauge('auth_entries', 'Entries that are known, by what they are.', ['of'], () => {
    const { agents, users, sessions, names } = auth.counts
    return { agents, users, sessions, names }
  })
  registry.counter(
    'auth_unreserved_names_total',
    'Sessions whose name was not reserved because too many are.',
    [],
    () => auth.counts.unboundNames,
  )
  registry.counter(
    'auth_audit_lost_total',
    'Entries of the audit log that were not kept because too many came at once.',
    [],
    () => auth.counts.auditLost,
  )
}
