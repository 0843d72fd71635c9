/**
 * Besu (log4j) and Nethermind (NLog).
 *
 *     2026-12-01 11:44:28.123+00:00 | EthScheduler-Workers-0 | INFO  | PersistBlockTask | Imported #1,234 / 0 tx / …
 *     2026-12-01 11:44:28.1234|INFO|Consensus.Clique|12|Sealed block 1234
 *     01 Dec 11:44:28 | Processed 1234 | 12.3 ms
 */
import { fraction, localTime, severityOfLevel, withYear } from './form.ts'
import type { Form } from './form.ts'

const stamp = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/

/** The time a line begins with, and what is behind it. */
export const readStamp = (line: string, utc: boolean): { readonly at: number; readonly rest: string } | undefined => {
  const found = stamp.exec(line)
  if (found === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  const ms = fraction(found[7])
  const rest = line.slice(found[0].length)
  const zone = found[8]
  const at = localTime([year, month, day, hour, minute, second], ms, utc || zone !== undefined)
  if (zone === undefined || zone === 'Z') return { at, rest }
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return { at: at - (zone.startsWith('-') ? -minutes : minutes) * 60_000, rest }
}

const besuParts = /^ \| ([^|]{1,200}) \| ([A-Z]{4,5}) {1,2}\| ([^|]{1,200}) \| ?/

export const besu: Form = (line, { utc }) => {
  const stamped = readStamp(line, utc)
  if (stamped === undefined) return undefined
  const { at, rest } = stamped
  const found = besuParts.exec(rest)
  const severity = severityOfLevel(found?.[2] ?? '')
  if (found === null || severity === undefined) return undefined
  const [whole, thread = '', , logger = ''] = found
  const component = logger.trim().slice(-100)
  return { form: 'besu', at, severity, component, message: rest.slice(whole.length), fields: { thread: thread.trim() } }
}

const nethermindParts = /^\|([A-Za-z]{4,5})\|(?:([A-Za-z][\w.]{0,99})\|)?(?:(\d{1,6})\|)?\s*/

export const nethermind: Form = (line, { utc }) => {
  const stamped = readStamp(line, utc)
  if (stamped === undefined) return undefined
  const { at, rest } = stamped
  const found = nethermindParts.exec(rest)
  const severity = severityOfLevel(found?.[1] ?? '')
  if (found === null || severity === undefined) return undefined
  const [whole, , logger, thread] = found
  return {
    form: 'nethermind',
    at,
    severity,
    ...(logger === undefined ? {} : { component: logger }),
    message: rest.slice(whole.length).trimEnd(),
    ...(thread === undefined ? {} : { fields: { thread } }),
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const console = /^(\d\d) ([A-Z][a-z]{2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,4}))? \| /

/** It names no level: information. */
export const nethermindConsole: Form = (line, { now, utc }) => {
  const found = console.exec(line)
  const month = months.indexOf(found?.[2] ?? '') + 1
  if (found === null || month === 0) return undefined
  const [day = 0, hour = 0, minute = 0, second = 0] = [found[1], found[3], found[4], found[5]].map(Number)
  const ms = fraction(found[6])
  const at = withYear((year) => localTime([year, month, day, hour, minute, second], ms, utc), now)
  return { form: 'nethermind', at, severity: 6, message: line.slice(found[0].length).trimEnd() }
}
