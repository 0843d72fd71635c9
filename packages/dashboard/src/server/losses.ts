/** What was refused, given up or not understood: one line each, with how much of it there is now. What never happened is no line. */
import { rateOf, type Samples } from './samples.ts'
import { wordsFor } from './words.ts'
import type { Counts, ServerFacts } from './wire.ts'

export interface Loss {
  readonly what: string
  readonly why: string
  readonly code: string
  /** Since the server was started. */
  readonly total: number
  /** A minute, now; undefined before there are two answers. */
  readonly aMinute: number | undefined
}

type Pick = (facts: ServerFacts) => Counts | undefined

/** Sessions come and go; these ends are nothing to look into. */
const usualEnds = new Set(['peer', 'superseded', 'moved', 'drain'])

export function lossesOf(samples: Samples): readonly Loss[] {
  const facts = samples.at(-1)
  if (!facts) return []
  const lines = (what: string, pick: Pick): readonly Loss[] =>
    Object.entries(pick(facts) ?? {}).map(([code, total]) => {
      const rate = rateOf(samples, (one) => pick(one)?.[code] ?? 0)
      return { what, why: wordsFor(code), code, total, aMinute: rate === undefined ? undefined : rate * 60 }
    })
  const groups = (all: Readonly<Record<string, Counts>>, name: (key: string) => string, pick: (key: string) => Pick) =>
    Object.keys(all).flatMap((key) => lines(name(key), pick(key)))
  const { store, work } = facts
  const all = [
    ...groups(
      work.shed,
      (kind) => `dropped, ${kind}`,
      (kind) => (one) => one.work.shed[kind],
    ),
    ...groups(
      store?.shed ?? {},
      (kind) => `not written, ${kind}`,
      (kind) => (one) => one.store?.shed[kind],
    ),
    ...lines('refused', (one) => one.work.refused),
    ...lines('batch sent back', (one) => one.work.batches.nacks),
    ...lines('session ended', (one) => one.work.ended).filter(({ code }) => !usualEnds.has(code)),
    ...groups(
      work.faults,
      (where) => `not understood, ${where}`,
      (where) => (one) => one.work.faults[where],
    ),
    ...lines('store failed', (one) => one.store?.errors),
  ]
  const now = ({ aMinute }: Loss): number => aMinute ?? 0
  return all.filter(({ total }) => total > 0).sort((a, b) => now(b) - now(a) || b.total - a.total)
}
