// Pure: what the child said goes in, the first thing that must not be comes out.
import { Violation } from '@netstats/protocol/testing/violation'

/** What was said in one life of the child. */
export interface Life {
  readonly journal: readonly string[]
  readonly told: readonly string[]
}

export interface Tally {
  readonly appended: number
  readonly delivered: number
  readonly again: number
  readonly dropped: number
}

export interface Oracle {
  /** Takes in one life; throws a `Violation` where something came that must not come. */
  live(life: Life): void
  /** Says whether anything is missing once everything was taken. */
  end(): Tally
  /** The number that the next life begins with. */
  next(): number
}

// oxlint-disable-next-line max-lines-per-function -- its sets are one account of what was stored, tried and delivered
export const createOracle = ({ mayDrop }: { readonly mayDrop: boolean }): Oracle => {
  const stored = new Set<number>()
  const tried = new Set<number>()
  const delivered = new Set<number>()
  const numberOf = new Map<number, number>()
  const sequenceOf = new Map<number, number>()
  /** Taken in the last batch of an earlier life, with no commit that resolved: the one batch in flight. */
  let inFlight = new Set<number>()
  let settledThrough = 0
  let highest = 0
  let again = 0
  const dropsBySequence = new Map<number, number>()
  let everInFlight = 0
  /** What the checkpoint said at the start of a life, and the highest number tried before it. */
  const notes: { readonly noted: number; readonly highest: number }[] = []

  const span = (line: string): readonly number[] => {
    const [first = 0, last = -1] = line.slice(2).split(' ').map(Number)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  }
  /** A line that was cut by the kill is none. */
  const pairs = (line: string): readonly (readonly [number, number])[] =>
    line
      .slice(2)
      .split(' ')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split(':').map(Number) as [number, number])

  const take = (sequence: number, number: number, before: number): void => {
    if (!tried.has(number)) throw new Violation(`${number} was delivered and never appended`)
    if (sequence <= before) throw new Violation(`${sequence} was delivered after ${before}`)
    const knownNumber = numberOf.get(sequence)
    const knownSequence = sequenceOf.get(number)
    if (knownNumber !== undefined && knownNumber !== number) {
      throw new Violation(`sequence ${sequence} stood for ${knownNumber} and stands for ${number}`)
    }
    if (knownSequence !== undefined && knownSequence !== sequence) {
      throw new Violation(`${number} was stored twice, as ${knownSequence} and ${sequence}`)
    }
    numberOf.set(sequence, number)
    sequenceOf.set(number, sequence)
    if (sequence <= settledThrough) throw new Violation(`${sequence} was settled and delivered again`)
    if (delivered.has(number)) {
      if (!inFlight.has(number)) throw new Violation(`${number} was delivered again and was not in flight`)
      again++
    }
    delivered.add(number)
  }

  return {
    live({ journal, told }) {
      const note = told.find((line) => line.startsWith('N '))
      if (note !== undefined) notes.push({ noted: Number(note.slice(2)), highest })
      for (const line of journal) {
        if (line.startsWith('T ')) {
          for (const n of span(line)) {
            tried.add(n)
            highest = Math.max(highest, n)
          }
        }
        if (line.startsWith('A ')) for (const n of span(line)) stored.add(n)
      }
      const commits = journal.filter((line) => line.startsWith('C ')).map((line) => Number(line.slice(2)))
      const committed = Math.max(0, ...commits)
      let before = 0
      let last: readonly (readonly [number, number])[] = []
      for (const line of told) {
        if (line.startsWith('G ')) {
          const [sequence = 0, dropped = 0] = line.slice(2).split(' ').map(Number)
          dropsBySequence.set(sequence, dropped)
        }
        if (!line.startsWith('D ')) continue
        last = pairs(line)
        for (const [sequence, number] of last) {
          take(sequence, number, before)
          before = sequence
        }
      }
      settledThrough = Math.max(settledThrough, committed)
      // What was in flight before and did not come in this life still is.
      inFlight = new Set(
        [...inFlight, ...last.map(([, number]) => number)].filter((n) => (sequenceOf.get(n) ?? 0) > settledThrough),
      )
      everInFlight += inFlight.size
    },
    end() {
      const dropped = dropsBySequence.values().reduce((sum, n) => sum + n, 0)
      const missing = [...stored].filter((n) => !delivered.has(n))
      if (!mayDrop && missing.length > 0) {
        throw new Violation(`${missing.length} acknowledged as stored and lost, the first is ${missing[0]}`)
      }
      if (missing.length > dropped) {
        throw new Violation(`${missing.length} acknowledged as stored did not come, ${dropped} were reported given up`)
      }
      if (!mayDrop && dropped > 0) throw new Violation(`${dropped} were given up though there was room`)
      // A checkpoint stands behind every third number, and is there with it or not at all.
      const checked = [...delivered].filter((n) => n % 3 === 0)
      for (const { noted, highest: before } of notes) {
        const last = checked.reduce((most, n) => (n <= before && n > most ? n : most), 0)
        if (noted < last) throw new Violation(`the checkpoint was at ${noted}, and ${last} was stored`)
        if (!mayDrop && noted > last) throw new Violation(`the checkpoint was at ${noted}, and only ${last} was stored`)
        if (noted > before) throw new Violation(`the checkpoint was at ${noted}, which was never appended`)
      }
      // What was never acknowledged may be among those given up, and so may what was in flight at a kill.
      const most = [...tried].filter((n) => !delivered.has(n)).length + everInFlight
      if (dropped > most) throw new Violation(`${dropped} were reported given up, only ${most} can have been`)
      return { appended: stored.size, delivered: delivered.size, again, dropped }
    },
    next: () => highest + 1,
  }
}
