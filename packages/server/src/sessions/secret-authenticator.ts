import type { AuthRefusal } from '../bus/refusals.ts'
import type { AgentAuthenticator } from '../auth/model.ts'
import { createSecretCheck } from '../auth/shared-secrets.ts'

/** Accepts logins with one of the secrets, or all where there are none. */
export const createSecretAuthenticator = (secrets: readonly string[]): AgentAuthenticator => {
  const accepts = createSecretCheck(secrets)
  const refused = { 'bad-secret': 0 } as Record<AuthRefusal, number>
  return {
    authenticate({ id, secret }) {
      if (accepts(secret)) return { ok: true, by: secrets.length === 0 ? 'open' : 'secret', agent: id }
      refused['bad-secret']++
      return { ok: false, reason: 'bad-secret' }
    },
    proved: () => undefined,
    entered: () => undefined,
    left: () => undefined,
    onWithdrawn: () => () => undefined,
    refused,
  }
}
