/**
 * Holds what agents' sources produced against what the server stored. Pure.
 *
 * A journal has a line `T number kind at` before an observation is handed to the spool, and a line `A number` once the
 * spool has it. What has both must be stored, exactly once, as what it was and when it was; what has only the first was on
 * its way into the spool when its agent was killed: at most the last one of each life.
 */
import { Violation } from '../history/history-oracle.ts'

export interface StoredRow {
  readonly node: string
  readonly kind: string
  readonly number: number
  readonly at: number
}

export interface Verdict {
  readonly produced: number
  readonly stored: number
  /** Handed over by a source whose agent was killed before the spool had them; those of them that were stored. */
  readonly tail: number
  readonly tailStored: number
  /** Given up by a spool, whose disk was full or which was copied, and reported as that. */
  readonly givenUp: number
  /** Acknowledged by a server that was put back to before that, which has told so. */
  readonly told: number
  /** In a spool that was put back to before they were in it, and never acknowledged to anybody who is left. */
  readonly gone: number
}

interface Produced {
  readonly kind: string
  readonly at: number
  appended: boolean
}

/** Rows that come live have the server's time of arrival: later than the observation by at most this. */
const liveMs = 16_000

/** What a journal says. A line that was cut by a kill is none. */
const readJournal = (text: string): ReadonlyMap<number, Produced> => {
  const produced = new Map<number, Produced>()
  for (const line of text.split('\n').slice(0, -1)) {
    const [mark, number, kind = '', at] = line.split(' ')
    if (mark === 'T') produced.set(Number(number), { kind, at: Number(at), appended: false })
    if (mark === 'A') {
      const known = produced.get(Number(number))
      if (known === undefined) throw new Violation(`journal: ${number} was appended and never produced`)
      known.appended = true
    }
  }
  return produced
}

const nothing = { gone: new Map<string, ReadonlySet<number>>(), told: 0 }

export const judge = (
  journals: ReadonlyMap<string, string>,
  rows: readonly StoredRow[],
  /** By node: what the server was told was given up. */
  gaps: ReadonlyMap<string, number>,
  /** What went with a folder, by node, and how many observations the server says to have lost. */
  excused: { readonly gone: ReadonlyMap<string, ReadonlySet<number>>; readonly told: number } = nothing,
): Verdict => {
  const seen = new Set<string>()
  const sources = new Map([...journals].map(([node, text]) => [node, readJournal(text)]))
  for (const { node, kind, number, at } of rows) {
    const one = sources.get(node)?.get(number)
    if (one === undefined) throw new Violation(`${node} ${number} is stored and was never produced`)
    if (seen.has(`${node} ${number}`)) throw new Violation(`${node} ${number} is stored twice`)
    seen.add(`${node} ${number}`)
    if (one.kind !== kind) throw new Violation(`${node} ${number} was ${one.kind} and is stored as ${kind}`)
    if (at - one.at > liveMs || at - one.at < -2000)
      throw new Violation(`${node} ${number} was observed at ${one.at} and is stored at ${at}`)
  }
  let [produced, tail, tailStored, givenUp, told, gone] = [0, 0, 0, 0, 0, 0]
  for (const [node, all] of sources) {
    let missing = 0
    let first: number | undefined
    for (const [number, { appended }] of all) {
      produced++
      const isStored = seen.has(`${node} ${number}`)
      if (!appended) {
        tail++
        if (isStored) tailStored++
      } else if (!isStored && excused.gone.get(node)?.has(number) === true) gone++
      else if (!isStored) {
        missing++
        first ??= number
      }
    }
    const given = gaps.get(node) ?? 0
    told += Math.max(0, missing - given)
    if (told > excused.told) {
      const explained = given > 0 ? `, ${given} were told as given up` : ''
      throw new Violation(`${missing} of ${node} are not stored${explained}; the first is ${first}`)
    }
    givenUp += Math.min(missing, given)
  }
  return { produced, stored: rows.length, tail, tailStored, givenUp, told, gone }
}
