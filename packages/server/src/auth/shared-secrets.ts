import { createHash, timingSafeEqual } from 'node:crypto'

/** Says whether a login secret is one of the accepted ones. */
export type SecretCheck = (secret: string | undefined) => boolean

const digest = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest()

/**
 * Constant-time check against every accepted secret: digests have one length, all are compared, and none ends the
 * comparison early. Without any secret everybody may log in.
 */
export const createSecretCheck = (secrets: readonly string[]): SecretCheck => {
  const accepted = secrets.map(digest)
  if (accepted.length === 0) return () => true
  return (secret) => {
    const given = digest(secret ?? '')
    let match = 0
    for (const one of accepted) match |= timingSafeEqual(one, given) ? 1 : 0
    return match === 1 && secret !== undefined
  }
}
