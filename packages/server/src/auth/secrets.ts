/** Random secrets, and their comparison: what is kept is a digest, and comparing takes the same time whatever is given. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** For agents and native nodes. */
export const tokenPrefix = 'nst_'
/** For scripts that ask the REST API. */
export const apiTokenPrefix = 'nsa_'

/** 256 random bits with a prefix that tells scanners of repositories and logs what they have found. */
export const createToken = (prefix: string): string => `${prefix}${randomBytes(32).toString('base64url')}`

/** A plain digest is enough for 256 random bits; passwords go through scrypt. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest()

/** Digest that no secret has: compared with where there is none, so that this takes as long. */
export const noDigest = Buffer.alloc(32)

/** What the checks of logins consist of; tests count them. */
export interface SecretOperations {
  readonly digest: (secret: string) => Buffer
  readonly equal: (a: Buffer, b: Buffer) => boolean
}

export const secretOperations: SecretOperations = { digest: digestOf, equal: timingSafeEqual }
