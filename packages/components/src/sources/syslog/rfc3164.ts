/**
 * What is behind the priority in the older form, as far as there is one: RFC 3164 says what devices did, and they do more.
 *
 *     Nov 30 12:00:00 host app[77]: message
 *     123: *Nov 30 12:00:00.123 UTC: %SYS-5-CONFIG_I: message         no host, a number before
 *     app: message                                                    no time
 */
import { readDate } from './dates.ts'
import { withoutMark } from './rfc5424.ts'
import type { Content } from './syslog-message.ts'

/** Names a program: `app:`, `app[77]:`, `app[77]`. */
const tag = /^([^\s:[\]]{1,64})(?:\[([^\]\s]{0,128})\]:?|:)(?: |$)/
const host = /^[\w.:%-]{1,255}(?= )/
/** Some devices number their lines. */
const numbered = /^\d{1,10}: +(?=[*.]?[A-Za-z\d])/
/** Marks a clock that is not set, or not in step. */
const unsure = /^[*.:]+ ?/

export const readRfc3164 = (text: string, now: number): Content => {
  const start = text.trimStart()
  const behindNumber = start.replace(numbered, '')
  const dated = readDate(start, now) ?? readDate(behindNumber.replace(unsure, ''), now)
  if (dated === undefined) return undated(start)
  const isNumbered = readDate(start, now) === undefined
  const rest = (isNumbered ? behindNumber.replace(unsure, '') : start).slice(dated.end).replace(/^:? */, '')
  return { ...none, form: 'rfc3164', at: dated.at, ...readOrigin(rest) }
}

const none = {
  at: undefined,
  hostname: undefined,
  app: undefined,
  procid: undefined,
  msgid: undefined,
  structured: [],
} as const

type Origin = Pick<Content, 'hostname' | 'app' | 'procid' | 'message'>

/** Behind a time comes a host, unless a program does. */
const readOrigin = (text: string): Origin => {
  const program = readTag(text)
  if (program !== undefined) return { ...program, hostname: undefined }
  const hostname = host.exec(text)?.[0]
  if (hostname === undefined) return { hostname: undefined, app: undefined, procid: undefined, message: plain(text) }
  const rest = text.slice(hostname.length).trimStart()
  return { hostname, ...(readTag(rest) ?? { app: undefined, procid: undefined, message: plain(rest) }) }
}

/** Without a time only what is written like a program is one; a host before it is one where the program has a process. */
const undated = (text: string): Content => {
  const program = readTag(text)
  if (program !== undefined) return { ...none, form: 'rfc3164', ...program }
  const hostname = host.exec(text)?.[0]
  const behind = hostname === undefined ? '' : text.slice(hostname.length).trimStart()
  const its = readTag(behind)
  if (its?.procid !== undefined) return { ...none, form: 'rfc3164', hostname, ...its }
  return { ...none, form: 'plain', message: plain(text) }
}

const readTag = (text: string): Pick<Origin, 'app' | 'procid' | 'message'> | undefined => {
  const found = tag.exec(text)
  if (found === null) return undefined
  const [whole, app, procid] = found
  return { app, procid: procid === '' ? undefined : procid, message: plain(text.slice(whole.length)) }
}

const plain = (text: string): string => withoutMark(text.trimStart())
