/** What streams had to give up: sums of their gaps by class and reason. */
import { kinds } from '@netstats/protocol'
import type { Gap } from '@netstats/protocol'
import type { Missing } from './delivery-model.ts'

export interface Missed {
  readonly total: number
  readonly list: readonly Missing[]
}

export const noneMissed: Missed = { total: 0, list: [] }

/** As many as there are classes and reasons, never more. */
export const withGap = ({ total, list }: Missed, { class: shedClass, reason, dropped }: Gap): Missed => {
  const isSame = (one: Missing): boolean => one.class === shedClass && one.reason === reason
  const before = list.find(isSame)?.dropped ?? 0
  const others = list.filter((one) => !isSame(one))
  // Anyone who claims to have lost more than can be counted has lost that much.
  const sum = (a: number, b: number): number => Math.min(Number.MAX_SAFE_INTEGER, a + b)
  return { total: sum(total, dropped), list: [...others, { class: shedClass, reason, dropped: sum(before, dropped) }] }
}

/** As a row has it; null for nothing. */
export const textOf = ({ list }: Missed): string | null =>
  list.length === 0 ? null : list.map((one) => `${one.class} ${one.reason} ${one.dropped}`).join()

export const missedOf = (text: string | null): Missed => {
  let missed = noneMissed
  for (const part of text?.split(',') ?? []) {
    const [shedClass = '', reason = '', dropped] = part.split(' ')
    const gap = tryGap({ class: shedClass, reason, dropped: Number(dropped), from: 0, to: 0 })
    if (gap !== undefined) missed = withGap(missed, gap)
  }
  return missed
}

/** A row of another version may have words that this one does not know. */
const tryGap = (given: unknown): Gap | undefined => {
  try {
    return kinds.gap.read(given, '')
  } catch {
    return undefined
  }
}
