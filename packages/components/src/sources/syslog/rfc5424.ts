/**
 * What is behind the priority, as RFC 5424 has it.
 *
 *     1 2026-11-30T12:00:00.123Z host app procid msgid [id name="value"] message
 */
import { readTimestamp } from './dates.ts'
import type { Content } from './syslog-message.ts'

/** More structured data than a line of a log can hold is read over. */
const maxParameters = 32

/** Undefined where it is not of this form. */
export const readRfc5424 = (text: string, now: number): Content | undefined => {
  if (text[0] !== '1' || text[1] !== ' ') return undefined
  let at = 2
  const word = (): string | undefined => {
    const end = text.indexOf(' ', at)
    const from = at
    at = end < 0 ? text.length : end + 1
    const found = text.slice(from, end < 0 ? text.length : end)
    return found === '-' || found === '' ? undefined : found
  }
  const stamp = word()
  const time = stamp === undefined ? undefined : readTimestamp(stamp, now)
  if (time === false) return undefined
  const hostname = word()
  const app = word()
  const procid = word()
  const msgid = word()
  const data = readStructuredData(text, at)
  return {
    form: 'rfc5424',
    at: time,
    hostname,
    app,
    procid,
    msgid,
    structured: data.parameters,
    message: withoutMark(text.slice(data.end)),
  }
}

/** Some senders write the byte order mark that says UTF-8. */
export const withoutMark = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text)

interface StructuredData {
  /** `id.name` and value. */
  readonly parameters: readonly (readonly [name: string, value: string])[]
  /** Where the message begins. */
  readonly end: number
}

/** Data that is not well written is part of the message: nothing of a line is lost. */
const readStructuredData = (text: string, from: number): StructuredData => {
  if (text[from] === '-') return { parameters: [], end: text[from + 1] === ' ' ? from + 2 : from + 1 }
  const parameters: (readonly [string, string])[] = []
  let at = from
  while (text[at] === '[') {
    const end = readElement(text, at, parameters)
    if (end === undefined) return { parameters: [], end: from }
    at = end
  }
  return { parameters, end: at > from && text[at] === ' ' ? at + 1 : at }
}

const element = /\[([^\s=\]"]{1,64})/y
const parameter = / +([^\s=\]"]{1,64})="((?:[^"\\\]]|\\[^]|(?<=\\)\])*)"/y

/** Where the element ends; undefined where it does not. */
const readElement = (text: string, from: number, into: (readonly [string, string])[]): number | undefined => {
  element.lastIndex = from
  const id = element.exec(text)?.[1]
  if (id === undefined) return undefined
  let at = element.lastIndex
  let isEmpty = true
  for (;;) {
    if (text[at] === ']') {
      // Its being there says something, too.
      if (isEmpty && into.length < maxParameters) into.push([id, ''])
      return at + 1
    }
    parameter.lastIndex = at
    const found = parameter.exec(text)
    if (found === null) return undefined
    const [, name = '', value = ''] = found
    isEmpty = false
    if (into.length < maxParameters) into.push([`${id}.${name}`, value.replaceAll(/\\(["\\\]])/g, '$1')])
    at = parameter.lastIndex
  }
}
