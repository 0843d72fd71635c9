/** Values that look like those of a fleet and depend on their position alone: no state, no clock. */
import { createHash } from 'node:crypto'

/** 0 to 1, by two whole numbers. */
const unit = (a: number, b: number): number => {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32
}

export const between = (a: number, b: number, low: number, high: number): number =>
  Math.floor(low + unit(a, b) * (high - low))

export const chance = (a: number, b: number, share: number): boolean => unit(a, b) < share

export const textHash = (text: string): string => `0x${createHash('sha256').update(text).digest('hex')}`

const hashes = new Map<number, string>()
/** Hash of a block; the newest hundred are kept, as it is asked for with every sight of it. */
export const blockHash = (number: number): string => {
  const known = hashes.get(number)
  if (known !== undefined) return known
  const hash = textHash(`block ${number}`)
  hashes.set(number, hash)
  const oldest = hashes.keys().next().value
  if (hashes.size > 100 && oldest !== undefined) hashes.delete(oldest)
  return hash
}

/** A text that one line in a thousand has, and none else. */
export const needle = 'invalid merkle root'

const hex = (a: number, b: number): string =>
  Math.floor(unit(a, b) * 2 ** 32)
    .toString(16)
    .padStart(8, '0')

/** Line `n` of the whole log, about 150 characters long. */
export const logLine = (node: number, n: number): { readonly severity: number; readonly message: string } => {
  const id = `${hex(node, n)}${hex(n, node)}`
  const address = `10.${node % 250}.${n % 250}.${between(node, n, 1, 250)}:30303`
  if (n % 1000 === 500) {
    const message = `########## BAD BLOCK ######### number=${n} hash=0x${id} error="${needle} (remote: ${id} local: ${hex(n, 3)})" peer=${address}`
    return { severity: 3, message }
  }
  if (chance(n, node, 0.1)) {
    const message = `Dropping unsynced node during sync id=${id} conn=dyndial addr=${address} type=Geth/v1.16.3-stable-d1f9bd1c/linux-amd64/go1.24.6`
    return { severity: 4, message }
  }
  const message = `Imported new potential chain segment number=${n} hash=${id.slice(0, 6)}..${id.slice(-6)} blocks=1 txs=12 mgas=0.252 elapsed=${between(n, 7, 1, 60)}.${between(n, 8, 100, 999)}ms mgasps=31.4 triediffs=1.20MiB`
  return { severity: 6, message }
}
