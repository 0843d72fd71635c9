import type { Entry, Mark } from './entry.ts'
import { isWorse } from './severity.ts'

/** A message in other words is told after so long; one in which only numbers differ, or less severity, later. */
const textAfterMs = 60_000
const numbersAfterMs = 5 * 60_000

const sameMark = (a: Mark | null, b: Mark | null): boolean => a?.reason === b?.reason && a?.by === b?.by

/** Digits, and what stands in numbers and times: `+` to `:` without `/`. */
const isNumeric = (code: number): boolean => code >= 0x2b && code <= 0x3a && code !== 0x2f

/** Open alarms whose message counts up are compared at every tick: so no strings are made. */
export const differsInWords = (a: string, b: string): boolean => {
  let [i, j] = [0, 0]
  for (;;) {
    while (i < a.length && isNumeric(a.charCodeAt(i))) i++
    while (j < b.length && isNumeric(b.charCodeAt(j))) j++
    if (i >= a.length || j >= b.length) return i < a.length || j < b.length
    if (a.charCodeAt(i++) !== b.charCodeAt(j++)) return true
  }
}

/** Whether an open alarm differs from its newest step so that it is worth another one. What nobody is notified of is, too. */
export const isWorthTelling = (entry: Entry, now: number): boolean => {
  const { record, severity, message, symptoms, mark, parent } = entry
  if (record === null) return false
  if (!sameMark(mark, record.suppressed) || (parent?.record?.id ?? null) !== record.parent) return true
  if (entry.goneAt !== null) return false
  if (isWorse(severity, record.severity)) return true
  // An outage may have thousands of symptoms, each with a number that grows.
  const isText = parent === null && message !== record.message
  const isMore = symptoms.size !== record.symptoms
  const age = Math.abs(now - record.updatedAt)
  if (!(isText || isMore || severity !== record.severity) || age < textAfterMs) return false
  return age >= numbersAfterMs || isMore || (isText && differsInWords(message, record.message))
}
