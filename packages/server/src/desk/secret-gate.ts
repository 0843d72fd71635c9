import type { AccessRefusal, Gatekeeper } from '../access/model.ts'
import { createSecretCheck } from '../ingest/secrets.ts'

/** Lets in whoever knows one of the secrets, or everybody where there are none. */
export const createSecretGate = (secrets: readonly string[]): Gatekeeper => {
  const accepts = createSecretCheck(secrets)
  const refused = { 'bad-secret': 0 } as Record<AccessRefusal, number>
  return {
    judge({ id, secret }) {
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
