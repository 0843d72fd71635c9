/**
 * What an endpoint takes, learned from its answers and kept from one connection to the next: how many calls in one
 * request, how many in a second, which methods at all. Pure; it is told what happened and says what is wise.
 */
import type { Clock } from '@netstats/sdk'

const mostCalls = 100
/** What an endpoint refuses is tried again after so long: gateways and plans change. */
const againAfterMs = 10 * 60_000
/** One refusal may be a hiccup of what stands before the node. */
const refusalsToBelieve = 2
/** Time between two calls once an endpoint has asked for fewer, and the longest it grows to. */
const firstSpacingMs = 50
const maxSpacingMs = 2000
/** So long must all be well before the time between two calls is halved. */
const relaxAfterMs = 30_000

export interface Allowance {
  /** Calls worth putting into one request. */
  batch(): number
  /** Requests of so many calls were answered. */
  keepBatch(calls: number): void
  /** The endpoint wants fewer calls in a second. */
  limited(): void
  /** Whether it has asked for that lately. */
  isLimited(): boolean
  /** Takes the turn of so many calls: how long to wait for it. */
  turn(calls: number): number
  refuses(method: string): boolean
  refused(method: string): void
  /** Whether the endpoint ever answered a call: then what it refuses is not the whole agent. */
  answered(): boolean
  noteAnswer(): void
}

export const createAllowance = (clock: Pick<Clock, 'monotonic'>): Allowance => {
  const refusals = new Map<string, { count: number; until: number }>()
  let batch = mostCalls
  let batchUntil = Infinity
  let spacing = 0
  let calmSince = 0
  let next = 0
  let answered = false

  const relax = (now: number): void => {
    while (spacing > 0 && now - calmSince >= relaxAfterMs) {
      spacing = spacing <= firstSpacingMs ? 0 : spacing / 2
      calmSince += relaxAfterMs
    }
  }

  return {
    batch: () => (clock.monotonic() < batchUntil ? batch : mostCalls),
    keepBatch: (calls) => {
      if (calls >= batch && clock.monotonic() < batchUntil) return
      batch = calls
      batchUntil = calls < mostCalls ? clock.monotonic() + againAfterMs : Infinity
    },
    limited: () => {
      const now = clock.monotonic()
      spacing = Math.min(maxSpacingMs, Math.max(firstSpacingMs, spacing * 2))
      calmSince = now
      next = Math.max(next, now + spacing)
    },
    isLimited: () => {
      relax(clock.monotonic())
      return spacing > 0
    },
    turn: (calls) => {
      const now = clock.monotonic()
      relax(now)
      if (spacing === 0) return 0
      const from = Math.max(now, next)
      next = from + calls * spacing
      return from - now
    },
    refuses: (method) => {
      const known = refusals.get(method)
      return known !== undefined && known.count >= refusalsToBelieve && known.until > clock.monotonic()
    },
    refused: (method) => {
      const count = (refusals.get(method)?.count ?? 0) + 1
      refusals.set(method, { count, until: clock.monotonic() + againAfterMs })
    },
    answered: () => answered,
    noteAnswer: () => {
      answered = true
    },
  }
}
