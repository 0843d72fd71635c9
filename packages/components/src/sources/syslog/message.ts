/**
 * A message of syslog as it came, whatever its form: nothing is thrown, and nothing of a text is lost. Only what is no text
 * is none.
 */
import { isUtf8 } from 'node:buffer'
import { readRfc3164 } from './rfc3164.ts'
import { readRfc5424, withoutMark } from './rfc5424.ts'
import type { SyslogMessage } from './syslog-message.ts'

export const syslogFaults = ['empty', 'binary'] as const
export type SyslogFault = (typeof syslogFaults)[number]

/** Of what says no priority: user, notice (RFC 3164 §4.3.3). */
const defaultPriority = 13
const highestPriority = 191
/** Control characters in a text; more of them, and it is none. */
const mostControlShare = 0.1

export const parseMessage = (bytes: Buffer, now: number): SyslogMessage | SyslogFault => {
  // Older devices write in the code of their country; what is no UTF-8 is taken for the most frequent.
  const text = withoutMark(bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1'))
  const clean = withoutControls(text)
  if (clean === undefined) return 'binary'
  const end = clean.trimEnd()
  const { priority, start } = readPriority(end)
  if (start >= end.length) return 'empty'
  const rest = end.slice(start)
  const content = readRfc5424(rest, now) ?? readRfc3164(rest, now)
  return { facility: priority >> 3, severity: priority & 7, ...content }
}

const readPriority = (text: string): { readonly priority: number; readonly start: number } => {
  const end = text[0] === '<' ? text.indexOf('>') : -1
  const digits = end >= 2 && end <= 4 ? text.slice(1, end) : ''
  const priority = /^\d{1,3}$/.test(digits) ? Number(digits) : Infinity
  return priority <= highestPriority ? { priority, start: end + 1 } : { priority: defaultPriority, start: 0 }
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/
// oxlint-disable-next-line no-control-regex -- every control character is looked for
const everyControl = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g
// oxlint-disable-next-line no-control-regex -- terminals' colours begin with one
const colour = /\x1b\[[\d;]{0,20}m/g

/** The text with a space for each control character, and without colours; undefined where it is no text. */
const withoutControls = (text: string): string | undefined => {
  if (!control.test(text)) return text
  const plain = text.replaceAll(colour, '').replace(/\0+$/, '')
  const controls = plain.match(everyControl)?.length ?? 0
  return controls > 1 && controls > plain.length * mostControlShare ? undefined : plain.replaceAll(everyControl, ' ')
}
