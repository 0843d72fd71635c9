/** What a receiver must have after an outage. */
import type { OutageCase, Received } from './receiver.ts'

/** Something that must not be. */
export class OutageViolation extends Error {
  override readonly name = 'OutageViolation'
}

export interface OutageFacts {
  /** Numbers from 1 to this were given. */
  readonly last: number
  readonly received: readonly Received[]
  /** What the receiver was told was given up. */
  readonly givenUp: number
  readonly outage: Pick<OutageCase, 'name' | 'isAcknowledged' | 'isIdempotent' | 'isToldLosses'>
  readonly kills: number
  readonly rounds: number
  /** One process gives and sends: what comes again has its id, and nothing overtakes. */
  readonly isInOrder: boolean
}

export interface OutageVerdict {
  readonly given: number
  /** Different numbers at the receiver. */
  readonly received: number
  readonly givenUp: number
  /** Missing and not told: on its way when the receiver went away, of sinks whose receivers acknowledge nothing. */
  readonly lostOnTheWay: number
  /** Came again under the id it had, or in the place of itself. */
  readonly repeats: number
  /** Came again under another id: sent again by an agent whose server was killed before it answered. */
  readonly doubles: number
}

/** Most observations in the sink's hands at a time, and most in the hands of a server that has not answered yet. */
const batch = 500
const unanswered = 20_000

export const judgeOutage = (facts: OutageFacts): OutageVerdict => {
  const { last, received, givenUp, outage, kills, rounds, isInOrder } = facts
  const violation = (what: string): never => {
    throw new OutageViolation(`${outage.name}: ${what}`)
  }
  const ids = new Map<number, Set<string | undefined>>()
  let repeats = 0
  let newest = 0
  for (const { n, id } of received) {
    if (!(Number.isInteger(n) && n >= 1 && n <= last)) violation(`received a number that was never given: ${n}`)
    const known = ids.get(n)
    if (known === undefined) {
      if (isInOrder && n < newest) violation(`${n} came after ${newest}`)
      newest = Math.max(newest, n)
      ids.set(n, new Set([id]))
    } else if (known.has(id)) repeats++
    else known.add(id)
  }
  const doubles = [...ids.values()].reduce((sum, one) => sum + one.size - 1, 0)
  const missing = last - ids.size
  const isExactFile = outage.name === 'file' && isInOrder
  if (isExactFile && repeats > 0) violation(`${repeats} are in the file twice`)
  if (isInOrder && doubles > 0) violation(`${doubles} came twice under different ids`)
  if (doubles > kills * unanswered) violation(`${doubles} came twice, more than can have been without an answer`)
  // What was delivered and not yet committed at a kill may be given up all the same: it is told though it is there.
  if (outage.isToldLosses && givenUp > missing + (kills + rounds) * batch)
    violation(`${givenUp} were told to be given up, and ${missing} are missing`)
  const lostOnTheWay = outage.isToldLosses ? Math.max(0, missing - givenUp) : 0
  if (outage.isAcknowledged && lostOnTheWay > 0)
    violation(`${missing} of ${last} are missing, and ${givenUp} were told to be given up`)
  if (lostOnTheWay > (kills + rounds) * 2 * batch)
    violation(`${lostOnTheWay} were lost, more than can have been on the way`)
  if (outage.isToldLosses && givenUp === 0) violation('nothing was given up: the spool was never full')
  return { given: last, received: ids.size, givenUp, lostOnTheWay, repeats, doubles }
}
