/**
 * Passwords: argon2id with a salt each, its parameters beside it so that they can grow. What older versions have kept with
 * scrypt still holds, and is made new at the next good login.
 */
import { argon2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { AuthError } from './errors.ts'
import { createWorkScheduler } from './password-queue.ts'
import type { Asker } from './password-queue.ts'

export interface PasswordCost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

export interface Passwords {
  /** What is kept, in the form of the PHC: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  hash(password: string): Promise<string>
  /**
   * Whether it is the one. Without `kept`, as of a user that is not there, it takes as long and is false; with `mixed`,
   * for where some are kept in the old way, all take as long as an old one and a new one.
   */
  verify(password: string, kept: string | undefined, asker?: Asker, mixed?: boolean): Promise<boolean>
  /** Whether what is kept was made in another way than what would be kept now. */
  isDated(kept: string): boolean
}

/** OWASP's Password Storage Cheat Sheet, first choice of November 2026: 19 MiB, two passes, some 40 ms for each try. */
export const defaultCost: PasswordCost = { memory: 19_456, passes: 2, lanes: 1 }
const saltBytes = 16
const hashBytes = 32
const leastLength = 10
const mostBytes = 1024
/** Who sets a password has logged in, or sits at the machine. */
const atHome: Asker = { origin: '', known: true }

export const checkPassword = (password: string): string => {
  if (Array.from(password).length < leastLength) {
    throw new AuthError('AUTH_PASSWORD_WEAK', `The password is too short; take ${leastLength} characters or more.`)
  }
  if (Buffer.byteLength(password) > mostBytes) {
    throw new AuthError('AUTH_PASSWORD_WEAK', `The password is too long; take at most ${mostBytes} bytes.`)
  }
  return password
}

interface Kept {
  readonly way: 'argon2id' | 'scrypt'
  readonly derive: (password: string) => Promise<Buffer>
  readonly hash: Buffer
}

export const createPasswords = (cost: PasswordCost = defaultCost): Passwords => {
  const inTurn = createWorkScheduler()
  const prefix = prefixOf(cost)
  const nobody: Record<Kept['way'], Kept> = {
    argon2id: { way: 'argon2id', derive: argon2id(cost, randomBytes(saltBytes)), hash: randomBytes(hashBytes) },
    scrypt: { way: 'scrypt', derive: scryptOf(oldCost, randomBytes(saltBytes)), hash: randomBytes(hashBytes) },
  }
  return {
    async hash(password) {
      const salt = randomBytes(saltBytes)
      const hash = await inTurn(atHome, () => argon2id(cost, salt)(password))
      return `${prefix}${unpadded(salt)}$${unpadded(hash)}`
    },
    async verify(password, kept, asker = atHome, mixed = false) {
      if (Buffer.byteLength(password) > mostBytes) return false
      const known = kept === undefined ? undefined : parse(kept)
      const { way, derive, hash } = known ?? nobody.argon2id
      const derived = await inTurn(asker, async () => {
        if (mixed) await nobody[way === 'scrypt' ? 'argon2id' : 'scrypt'].derive(password)
        return derive(password)
      })
      return timingSafeEqual(derived, hash) && known !== undefined
    },
    isDated: (kept) => !kept.startsWith(prefix),
  }
}

const prefixOf = ({ memory, passes, lanes }: PasswordCost): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$`

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

/** One password written in two ways of Unicode is one password. */
const textOf = (password: string): string => password.normalize('NFKC')

const argon2id =
  ({ memory, passes, lanes }: PasswordCost, nonce: Buffer) =>
  (password: string): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const parameters = { message: textOf(password), nonce, memory, passes, parallelism: lanes, tagLength: hashBytes }
      argon2('argon2id', parameters, (error, hash) => (error === null ? resolve(hash) : reject(error)))
    })

/** What versions before argon2id took. */
const oldCost = { N: 1 << 15, r: 8, p: 1 } as const

const scryptOf =
  ({ N, r, p }: { readonly N: number; readonly r: number; readonly p: number }, salt: Buffer) =>
  (password: string): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const options = { N, r, p, maxmem: 256 * N * r }
      scrypt(textOf(password), salt, hashBytes, options, (error, hash) =>
        error === null ? resolve(hash) : reject(error),
      )
    })

const argon2Form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]{43})$/
const scryptForm = /^scrypt\$(\d{1,8})\$(\d{1,2})\$(\d{1,2})\$([\w+/=]+)\$([\w+/]{43}=)$/

const parse = (kept: string): Kept | undefined => {
  const [, memory, passes, lanes, salt = '', hash = ''] = argon2Form.exec(kept) ?? []
  if (memory !== undefined) {
    const cost = { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) }
    return { way: 'argon2id', derive: argon2id(cost, bytesOf(salt)), hash: bytesOf(hash) }
  }
  const [, n, r, p, oldSalt = '', oldHash = ''] = scryptForm.exec(kept) ?? []
  if (n === undefined) return undefined
  const cost = { N: Number(n), r: Number(r), p: Number(p) }
  return { way: 'scrypt', derive: scryptOf(cost, bytesOf(oldSalt)), hash: bytesOf(oldHash) }
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64')
