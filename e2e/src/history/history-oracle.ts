/**
 * Holds what a server has after its death against what an observer had read from it before. A row that could be read
 * was durable: it must be there again, once and unchanged, for ever. Rows are told apart by a number that is sent once.
 */

export interface SeenRow {
  /** What tells it from all others. */
  readonly key: string
  readonly at: number
}

export class Violation extends Error {
  override readonly name = 'Violation'
}

export interface Oracle {
  /** Call it before the row is on its way. */
  sent(key: string): void
  /** What an observer reads while the server lives: rows from `from` on. Gives how many were new. */
  read(rows: readonly SeenRow[], from: number): number
  readonly durable: number
  readonly sentCount: number
  /** Time of the newest row ever read; 0 without any. */
  readonly newestAt: number
}

/**
 * Reads overlap, so each also checks what was read before. What was never read may be there or not: it was in flight.
 */
export const createOracle = (what: string): Oracle => {
  const sent = new Set<string>()
  const durable = new Map<string, number>()
  /** Keys by their second, to find those that a read must hold. */
  const bySecond = new Map<number, string[]>()
  let newestAt = 0
  let oldestSecond = Number.POSITIVE_INFINITY
  const secondOf = (at: number): number => Math.floor(at / 1000)

  const note = (key: string, at: number): boolean => {
    if (durable.has(key)) return false
    durable.set(key, at)
    const second = secondOf(at)
    const keys = bySecond.get(second)
    if (keys === undefined) bySecond.set(second, [key])
    else keys.push(key)
    newestAt = Math.max(newestAt, at)
    oldestSecond = Math.min(oldestSecond, second)
    return true
  }

  return {
    get durable() {
      return durable.size
    },
    get sentCount() {
      return sent.size
    },
    get newestAt() {
      return newestAt
    },
    sent: (key) => {
      sent.add(key)
    },
    read: (rows, from) => {
      const now = new Map<string, number>()
      let fresh = 0
      for (const { key, at } of rows) {
        if (!sent.has(key)) throw new Violation(`${what} ${key} is there and was never sent`)
        if (now.has(key)) throw new Violation(`${what} ${key} is there twice, at ${now.get(key)} and ${at}`)
        now.set(key, at)
        const before = durable.get(key)
        if (before !== undefined && before !== at)
          throw new Violation(`${what} ${key} was at ${before} and is at ${at}`)
      }
      const first = Math.max(secondOf(from), oldestSecond)
      const last = secondOf(newestAt)
      for (let second = first; second <= last; second++) {
        for (const key of bySecond.get(second) ?? []) {
          const at = durable.get(key) ?? 0
          if (at >= from && !now.has(key)) throw new Violation(`${what} ${key} at ${at} was durable and is gone`)
        }
      }
      for (const [key, at] of now) if (note(key, at)) fresh++
      return fresh
    },
  }
}
