/**
 * Pairs of identity and address that logged in before: kept over restarts, because right after one is when everybody logs in and somebody may
 * be guessing. It opens nothing; it only spares them a lock that others have caused. Bounded: the pair that was good longest
 * ago makes room.
 */
import type { AuthFile } from './database.ts'

export interface GoodPairs {
  has(pair: string): boolean
  /** At Unix milliseconds. */
  add(pair: string, at: number): void
}

export interface KeptGoodPairs extends GoodPairs {
  /** Writes down at most `most` of what `add` has gathered. */
  flush(most: number): void
  readonly size: number
}

const maxPairs = 50_000
/** A day is near enough: nothing is written when the same one comes again within it. */
const renewAfterMs = 86_400_000

interface Pair {
  readonly at: number
  /** When it was last written down; undefined: never. */
  readonly writtenAt: number | undefined
}

interface Options {
  /** What it was good for: agents and users are counted apart. */
  readonly kind: 'agent' | 'user'
  readonly entries?: number
}

export const createGoodPairs = ({ db, onWritten }: AuthFile, { kind, entries = maxPairs }: Options): KeptGoodPairs => {
  const pairs = new Map<string, Pair>()
  const fresh = new Set<string>()
  const gone = new Set<string>()
  const put = db.prepare('INSERT OR REPLACE INTO good VALUES (?, ?, ?)')
  const drop = db.prepare('DELETE FROM good WHERE kind = ? AND pair = ?')
  for (const { pair, at } of db.prepare('SELECT pair, at FROM good WHERE kind = ? ORDER BY at').iterate(kind)) {
    pairs.set(String(pair), { at: Number(at), writtenAt: Number(at) })
  }

  const dropDormant = (): void => {
    for (const [oldest, { writtenAt }] of pairs) {
      if (pairs.size <= entries) break
      pairs.delete(oldest)
      fresh.delete(oldest)
      if (writtenAt !== undefined) gone.add(oldest)
    }
  }

  return {
    has: (pair) => pairs.has(pair),
    add(pair, at) {
      const writtenAt = pairs.get(pair)?.writtenAt
      pairs.delete(pair)
      pairs.set(pair, { at, writtenAt })
      if (writtenAt === undefined || at - writtenAt > renewAfterMs) fresh.add(pair)
      dropDormant()
    },
    flush(most) {
      const dropped = [...gone].slice(0, most)
      const added = [...fresh].slice(0, most - dropped.length)
      for (const pair of dropped) if (!pairs.has(pair)) drop.run(kind, pair)
      for (const pair of added) put.run(kind, pair, pairs.get(pair)?.at ?? 0)
      onWritten(() => {
        for (const pair of dropped) gone.delete(pair)
        for (const pair of added) {
          fresh.delete(pair)
          const { at } = pairs.get(pair) as Pair
          pairs.set(pair, { at, writtenAt: at })
        }
      })
    },
    get size() {
      return pairs.size
    },
  }
}
