/** Reasons for refusing a connection or a login. */

/** Why an agent may not log in. */
export const authRefusals = [
  /** Neither a shared secret nor a token. */
  'bad-secret',
  /** What looks like a token, or comes from an id that has one, and is not its token. */
  'bad-token',
  /** Another public key than the one the id has, or none that can be read. */
  'bad-key',
  /** The signature over the challenge was wrong. */
  'bad-proof',
  /** A good token of another id, or a node's name that belongs to another agent. */
  'wrong-id',
  /** A good token that is bound to another network. */
  'wrong-network',
  /** A shared secret, or none, where the id has a token or key, or where all need one. */
  'token-required',
  /** No secret, from another machine, where only this machine may report without one. */
  'secret-required',
  'revoked',
  'banned',
  /** Another client had this name first. */
  'name-bound',
  /** Too many failures of this id or address. */
  'locked-out',
] as const
export type AuthRefusal = (typeof authRefusals)[number]

/** Refusals that another try with the same hello cannot change: such a client should wait long before it tries again. */
const lastingRefusals: ReadonlySet<string> = new Set([
  'bad-secret',
  'bad-token',
  'bad-key',
  'bad-proof',
  'wrong-id',
  'wrong-network',
  'token-required',
  'secret-required',
  'revoked',
  'banned',
])

/** Why a connection or a login was refused. */
export const refusals = [
  ...authRefusals,
  'malformed-hello',
  'duplicate-id',
  'cloned',
  'undecided',
  'network-full',
  'draining',
  'login-timeout',
  'too-much-before-login',
  'store-starting',
  'server-full',
  'too-many-connections',
  'too-many-logins',
  'too-many-from-address',
  'address-rate',
] as const
export type Refusal = (typeof refusals)[number]

/** Whether another try with the same words is useless. */
export const isLasting = (reason: Refusal): boolean => reason === 'malformed-hello' || lastingRefusals.has(reason)
