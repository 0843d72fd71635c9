/**
 * The lines of a frame, read where they stand: JSON text holds no raw line break, so a body is found without parsing it.
 *
 *     KIND SEQUENCE OBSERVEDAT BODY      of a batch
 *     KIND OBSERVEDAT BODY               of `now` and `answer`
 */
import { ParseError } from '../errors.ts'
import { kinds } from '../kinds/mod.ts'
import type { Block, Bodies, Kind } from '../kinds/mod.ts'
import type { Observation } from '../observation.ts'
import type { ObjectReader } from '../parse.ts'
import { structureFault } from '../structure.ts'
import type { NodeId, UnixMs } from '../units.ts'
import { malformed } from './errors.ts'
import type { StreamItem } from './messages.ts'

/**
 * Recognises bodies of blocks by their text. Agents write the same block the same, so of thousands that report it one is
 * parsed; the others get the same frozen object, which the server can tell apart by identity alone.
 */
export interface BodyMemo {
  /** Throws where the text is no block. */
  readonly block: (text: string) => Block
  readonly hits: number
  readonly misses: number
}

export interface ReadContext {
  /** Whose observations the lines are: the node of the hello. */
  readonly node: NodeId
  readonly memo?: BodyMemo
}

export interface Lines<Item> {
  readonly items: Item[]
  readonly count: number
  readonly unknown: number
  readonly invalid: number
}

/** Reads the lines of a batch: exactly `count`, with sequences that ascend from `after`. */
export const readBatchLines = (
  text: string,
  linesAt: number,
  count: number,
  after: number,
  context: ReadContext,
): Lines<StreamItem> & { readonly first: number; readonly last: number } => {
  const items: StreamItem[] = []
  let unknown = 0
  let invalid = 0
  let first = after
  let last = after
  let at = linesAt
  for (let line = 0; line < count; line++) {
    if (at > text.length) throw malformed('NETSTATS_COUNT_WRONG', 'count', `${line} lines instead of ${count}`)
    const stop = lineEnd(text, at)
    const kindEnd = fieldEnd(text, at, stop, line)
    const sequenceEnd = fieldEnd(text, kindEnd + 1, stop, line)
    const timeEnd = fieldEnd(text, sequenceEnd + 1, stop, line)
    const sequence = digits(text, kindEnd + 1, sequenceEnd, line)
    if (sequence <= last) throw malformed('NETSTATS_SEQUENCE_WRONG', `line ${line + 1}`, `${sequence} after ${last}`)
    if (line === 0) first = sequence
    last = sequence
    const observedAt = digits(text, sequenceEnd + 1, timeEnd, line) as UnixMs
    const kind = kindAt(text, at, kindEnd, line)
    if (kind === undefined) unknown++
    else {
      const body = tryBody(kind, bodyAt(text, timeEnd + 1, stop, line), context.memo)
      if (body === undefined) invalid++
      else items.push({ sequence, observation: { kind, node: context.node, observedAt, body } as Observation })
    }
    at = stop + 1
  }
  if (at <= text.length) throw malformed('NETSTATS_COUNT_WRONG', 'count', `more than ${count} lines`)
  return { items, count, unknown, invalid, first, last }
}

/** Reads lines without sequences, at most `max`. No `linesAt`: there are none. */
export const readPlainLines = (
  text: string,
  linesAt: number | undefined,
  max: number,
  context: ReadContext,
): Lines<Observation> => {
  const items: Observation[] = []
  let unknown = 0
  let invalid = 0
  let line = 0
  for (let at = linesAt ?? text.length + 1; at <= text.length; line++) {
    if (line === max) throw malformed('NETSTATS_TOO_MANY_LINES', '', `more than ${max} lines`)
    const stop = lineEnd(text, at)
    const kindEnd = fieldEnd(text, at, stop, line)
    const timeEnd = fieldEnd(text, kindEnd + 1, stop, line)
    const observedAt = digits(text, kindEnd + 1, timeEnd, line) as UnixMs
    const kind = kindAt(text, at, kindEnd, line)
    if (kind === undefined) unknown++
    else {
      const body = tryBody(kind, bodyAt(text, timeEnd + 1, stop, line), context.memo)
      if (body === undefined) invalid++
      else items.push({ kind, node: context.node, observedAt, body } as Observation)
    }
    at = stop + 1
  }
  return { items, count: line, unknown, invalid }
}

const bad = (line: number, expected: string): ParseError =>
  malformed('NETSTATS_LINE_MALFORMED', `line ${line + 1}`, `expected ${expected}`)

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

const fieldEnd = (text: string, at: number, stop: number, line: number): number => {
  const end = text.indexOf(' ', at)
  if (end === -1 || end >= stop) throw bad(line, 'fields with single blanks between them')
  return end
}

/** A whole number from 0 to 2^53 - 1 in decimal digits, without leading zeros. */
const digits = (text: string, from: number, to: number, line: number): number => {
  const length = to - from
  if (length < 1 || length > 16 || (length > 1 && text.charCodeAt(from) === 0x30)) throw bad(line, 'a whole number')
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) throw bad(line, 'a whole number')
    value = value * 10 + digit
  }
  if (value > Number.MAX_SAFE_INTEGER) throw bad(line, 'a whole number below 2^53')
  return value
}

const longestKind = 40
const kindName = /^[a-z][a-z0-9-]*$/

/** Undefined for a kind that only a newer agent knows. */
const kindAt = (text: string, from: number, to: number, line: number): Kind | undefined => {
  const candidates = kindsByForm[formOf(to - from, text.charCodeAt(from))]
  if (candidates !== undefined) {
    for (const kind of candidates) if (kind.length === to - from && text.startsWith(kind, from)) return kind
  }
  if (to - from > longestKind) throw bad(line, `a kind of at most ${longestKind} characters`)
  if (!kindName.test(text.slice(from, to))) throw bad(line, 'a kind')
  return undefined
}

/** Kinds differ in length or first letter, and comparing them in place spares a string for each line. */
const formOf = (length: number, first: number): number => (length & 31) * 32 + (first & 31)
const kindsByForm: (Kind[] | undefined)[] = Array.from({ length: 1024 })
for (const kind of Object.keys(kinds) as Kind[])
  (kindsByForm[formOf(kind.length, kind.charCodeAt(0))] ??= []).push(kind)

const bodyAt = (text: string, from: number, stop: number, line: number): string => {
  if (text.charCodeAt(from) !== 0x7b || text.charCodeAt(stop - 1) !== 0x7d) throw bad(line, 'an object as body')
  return text.slice(from, stop)
}

/** No body needs more. It keeps `[[],[],…]` from taking twenty times its length in memory. */
const bodyBounds = { maxDepth: 16, maxContainers: 10_000 }

/** Reads a body from its text. Throws `ParseError` where it is not what its kind says. */
export const readBody = <Body>(text: string, { take }: ObjectReader<Body>): Body => {
  if (structureFault(text, bodyBounds) !== undefined) throw new ParseError('VALUE_INVALID', 'body', 'too much in it')
  return take(parseBody(text), '')
}

const parseBody = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new ParseError('JSON_INVALID', 'body', 'not JSON')
  }
}

const tryBody = (kind: Kind, text: string, memo: BodyMemo | undefined): Bodies[Kind] | undefined => {
  try {
    return kind === 'block' && memo !== undefined ? memo.block(text) : readBody<Bodies[Kind]>(text, kinds[kind].read)
  } catch (error) {
    if (error instanceof ParseError) return undefined
    throw error
  }
}
