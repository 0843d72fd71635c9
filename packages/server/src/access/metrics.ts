import type { Metrics } from '../self/metrics.ts'
import type { Access } from './open.ts'

/** Every refusal is counted by its reason, and every bounded table shows how full it is. */
export const registerAccessMetrics = (metrics: Metrics, access: Access): void => {
  const { gatekeeper, doors } = access
  metrics.counter('access_refused', 'Logins of agents and nodes that were refused, by reason.', ['reason'], (add) => {
    for (const [reason, count] of Object.entries(gatekeeper.refused)) add({ reason }, count)
  })
  metrics.counter('access_lockouts', 'Times somebody was locked out, by what it was told by.', ['by'], (add) => {
    for (const [by, lockout] of Object.entries(gatekeeper.guesses.lockouts)) add({ by }, lockout.locks)
  })
  metrics.counter('user_logins', 'Logins of users, by result.', ['result'], (add) => {
    add({ result: 'ok' }, doors.counts.logins)
    add({ result: 'wrong' }, doors.counts.wrong)
    add({ result: 'locked-out' }, doors.counts.lockedOut)
    add({ result: 'bad-token' }, doors.counts.badTokens)
  })
  metrics.gauge('access_known', 'Entries that are known, by what they are.', ['of'], (add) => {
    const { agents, users, sessions, names } = access.counts
    for (const [of, count] of Object.entries({ agents, users, sessions, names })) add({ of }, count)
  })
  metrics.counter('access_unbound_names', 'Sessions whose name was not bound because too many are.', [], (add) =>
    add({}, access.counts.unboundNames),
  )
  metrics.counter(
    'audit_lost',
    'Entries of the audit log that were not kept because too many came at once.',
    [],
    (add) => add({}, access.counts.auditLost),
  )
}
