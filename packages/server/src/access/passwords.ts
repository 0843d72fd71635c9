/** Passwords: scrypt with a salt each, its parameters beside it so that they can grow. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { AccessError } from './errors.ts'

export interface ScryptCost {
  readonly n: number
  readonly r: number
  readonly p: number
}

export interface Passwords {
  /** What is kept: `scrypt$N$r$p$salt$hash`. */
  hash(password: string): Promise<string>
  /** Whether it is the one. Without `kept`, as of a user that is not there, it takes as long and is false. */
  verify(password: string, kept: string | undefined): Promise<boolean>
  /** Whether what is kept was made with other parameters than these. */
  isDated(kept: string): boolean
}

/** 32 MiB and some 60 ms for each try. */
export const defaultCost: ScryptCost = { n: 1 << 15, r: 8, p: 1 }
const saltBytes = 16
const hashBytes = 32
const leastLength = 10
const mostBytes = 1024
/** Each takes its memory and one of the four threads that files and names are looked up with as well. */
const atOnce = 2
const waitingMost = 16

export const checkPassword = (password: string): string => {
  if (Array.from(password).length < leastLength) {
    throw new AccessError('ACCESS_PASSWORD_WEAK', `The password is too short; take ${leastLength} characters or more.`)
  }
  if (Buffer.byteLength(password) > mostBytes) {
    throw new AccessError('ACCESS_PASSWORD_WEAK', `The password is too long; take at most ${mostBytes} bytes.`)
  }
  return password
}

export const createPasswords = (cost: ScryptCost = defaultCost): Passwords => {
  const inTurn = createTurns()
  const work = (password: string, salt: Buffer, { n, r, p }: ScryptCost): Promise<Buffer> =>
    inTurn(
      () =>
        new Promise((resolve, reject) =>
          // One password written in two ways of Unicode is one password.
          scrypt(password.normalize('NFKC'), salt, hashBytes, { N: n, r, p, maxmem: 256 * n * r }, (error, hash) =>
            error === null ? resolve(hash) : reject(error),
          ),
        ),
    )
  const nobody = { cost, salt: randomBytes(saltBytes), hash: randomBytes(hashBytes) }
  return {
    async hash(password) {
      const salt = randomBytes(saltBytes)
      const hash = await work(password, salt, cost)
      return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$')
    },
    async verify(password, kept) {
      if (Buffer.byteLength(password) > mostBytes) return false
      const known = kept === undefined ? undefined : parse(kept)
      const { cost, salt, hash } = known ?? nobody
      return timingSafeEqual(await work(password, salt, cost), hash) && known !== undefined
    },
    isDated(kept) {
      const known = parse(kept)?.cost
      return known?.n !== cost.n || known.r !== cost.r || known.p !== cost.p
    },
  }
}

const parse = (kept: string): { cost: ScryptCost; salt: Buffer; hash: Buffer } | undefined => {
  const [name, n, r, p, salt = '', hash = ''] = kept.split('$')
  const bytes = Buffer.from(hash, 'base64')
  if (name !== 'scrypt' || bytes.length !== hashBytes) return undefined
  return { cost: { n: Number(n), r: Number(r), p: Number(p) }, salt: Buffer.from(salt, 'base64'), hash: bytes }
}

/** A few at a time, some that wait; who comes when all places are taken is told to come again. */
const createTurns = () => {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= waitingMost) {
        throw new AccessError('ACCESS_BUSY', 'Too many log in at the moment; try again in a few seconds.', {
          retryable: true,
        })
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
