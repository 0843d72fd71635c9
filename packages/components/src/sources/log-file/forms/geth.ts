/**
 * The forms of geth and what descends from it: GoQuorum and Erigon.
 *
 *     INFO [12-01|11:44:28.123] Imported new potential chain segment     number=1,234 elapsed=3.4ms
 *     [INFO] [12-01|11:44:28.123] [4/12 Execution] Executed blocks       number=1234
 *     t=2026-12-01T11:44:28+0000 lvl=info msg="Imported new chain segment" number=1234
 */
import { fraction, localTime, severityOfLevel, withYear } from './form.ts'
import type { Form, LogLine } from './form.ts'
import { pairsOf, splitFields } from './fields.ts'

const head = /^\[?([A-Z]{4,5})\]?\s{0,3}\[(\d\d)-(\d\d)\|(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\]\s?/
/** What Erigon puts before the message: the stage, or the part of the program. */
const bracketed = /^\[([^\]]{1,100})\]\s+/
/** What GoQuorum and clients of its kind put before the message. */
const prefixed = /^(IBFT|QBFT|Istanbul|Raft|raft|clique|Clique):\s+/

export const gethTerminal: Form = (line, { now, utc }) => {
  const found = head.exec(line)
  if (found === null) return undefined
  const severity = severityOfLevel(found[1] ?? '')
  if (severity === undefined) return undefined
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(2, 7).map(Number)
  const ms = fraction(found[7])
  const at = withYear((year) => localTime([year, month, day, hour, minute, second], ms, utc), now)
  const { text, fields } = splitFields(line.slice(found[0].length))
  return { form: 'geth-terminal', at, severity, ...partOf(text), ...someFields(fields) }
}

const partOf = (text: string): Pick<LogLine, 'component' | 'message'> => {
  const part = bracketed.exec(text) ?? prefixed.exec(text)
  if (part === null) return { message: text }
  // The prefix of an engine is a word of the message too.
  return { component: part[1] ?? '', message: part[0].startsWith('[') ? text.slice(part[0].length) : text }
}

export const logfmt: Form = (line) => {
  if (!/^(?:t|ts|time)=/.test(line)) return undefined
  const pairs = pairsOf(line, 0)
  if (pairs === undefined) return undefined
  const { t, ts, time, lvl, level, msg, message, ...fields } = pairs
  const said = msg ?? message
  const severity = severityOfLevel(lvl ?? level ?? '')
  if (said === undefined || severity === undefined) return undefined
  return { form: 'logfmt', ...timeOf(t ?? ts ?? time), severity, ...partOf(said), ...someFields(fields) }
}

/** RFC 3339, also with the zone as `+0000`, as Go writes it. */
export const timeOf = (text: string | undefined): { readonly at?: number } => {
  const at = Date.parse((text ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  return Number.isFinite(at) ? { at } : {}
}

export const someFields = (fields: Record<string, string>): Pick<LogLine, 'fields'> =>
  Object.keys(fields).length === 0 ? {} : { fields }
