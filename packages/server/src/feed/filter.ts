/**
 * The filter language of the node table, read into terms all of which must hold:
 *
 *     geth            a word found in name, id, client, contact, place …, whatever the case
 *     "my node"       the same with spaces; in quotes nothing has a special meaning
 *     country:germany a column holds the text      state:inactive   a state is that word
 *     behind:>2       > >= < <= = with numbers     peers:3..8       from, to, both included
 *     version:=1.13   the whole text               contact:null     not known
 *     -word           the opposite of any of these
 */
import type { NodeColumn } from '@netstats/protocol/feed'
import { nodeColumnNames, columnDefinition } from '@netstats/protocol/feed'
import { columnNamed } from './indexed-columns.ts'

const comparisons = ['>=', '<=', '>', '<', '='] as const
export type Comparison = (typeof comparisons)[number]

export type Test =
  | { readonly test: 'word'; readonly text: string }
  | { readonly test: 'contains' | 'equals'; readonly column: NodeColumn; readonly text: string }
  | { readonly test: 'compare'; readonly column: NodeColumn; readonly comparison: Comparison; readonly value: number }
  | { readonly test: 'between'; readonly column: NodeColumn; readonly from: number; readonly to: number }
  | { readonly test: 'flag'; readonly column: NodeColumn; readonly value: boolean }
  | { readonly test: 'unknown'; readonly column: NodeColumn }
export type Term = Test & { readonly negated: boolean }

export interface Filter {
  readonly terms: readonly Term[]
  /** Equal for filters that mean the same: what topics and sorted tables are shared by. */
  readonly canonical: string
}

/** What was wrong, where (from 0), and what would have been right. */
export interface FilterFault {
  readonly position: number
  readonly message: string
  readonly expected: string
}

export type FilterResult =
  | { readonly ok: true; readonly filter: Filter }
  | ({ readonly ok: false } & { readonly fault: FilterFault })

export const filterLimits = { length: 500, terms: 20 } as const

interface Token {
  readonly negated: boolean
  /** Lower case. */
  readonly column: string | undefined
  readonly value: string
  readonly quoted: boolean
  readonly position: number
  readonly valuePosition: number
}

export const parseFilter = (text: string): FilterResult => {
  if (text.length > filterLimits.length) {
    return fault(filterLimits.length, 'The filter is too long.', `at most ${filterLimits.length} characters`)
  }
  const terms: Term[] = []
  let at = 0
  while (true) {
    while (at < text.length && isSpace(text[at])) at++
    if (at >= text.length) break
    if (terms.length === filterLimits.terms) {
      return fault(at, 'The filter has too many words.', `at most ${filterLimits.terms} words`)
    }
    const token = readToken(text, at)
    if ('fault' in token) return { ok: false, fault: token.fault }
    const test = readTest(token.token)
    if ('fault' in test) return { ok: false, fault: test.fault }
    terms.push({ ...test.test, negated: token.token.negated })
    at = token.end
  }
  return { ok: true, filter: { terms, canonical: canonicalOf(terms) } }
}

const isSpace = (c: string | undefined): boolean => c !== undefined && /\s/.test(c)

const fault = (position: number, message: string, expected: string) => ({
  ok: false as const,
  fault: { position, message, expected },
})

const canonicalOf = (terms: readonly Term[]): string =>
  [...new Set(terms.map((t) => JSON.stringify(t)))].sort().join(' ')

const readToken = (text: string, start: number): { token: Token; end: number } | { fault: FilterFault } => {
  let at = start
  const negated = text[at] === '-' && at + 1 < text.length && !isSpace(text[at + 1])
  if (negated) at++
  const name = /^[a-z]+:/i.exec(text.slice(at, at + 40))?.[0]
  const column = name?.slice(0, -1).toLowerCase()
  if (name !== undefined) at += name.length
  const valuePosition = at
  const base = { negated, column, position: start, valuePosition }
  const prefix = /^(>=|<=|>|<|=)?"/.exec(text.slice(at, at + 3))
  if (prefix !== null) {
    const open = at + prefix[0].length
    const close = text.indexOf('"', open)
    if (close < 0) return fault(open - 1, 'A quote is opened here and never closed.', 'a closing "')
    const value = text.slice(open, close)
    // `name:="my node"` is a comparison, `name:"=x"` is text: only what stands inside the quotes is taken literally.
    const operator = prefix[1] ?? ''
    return { token: { ...base, value: operator + value, quoted: operator === '' }, end: close + 1 }
  }
  while (at < text.length && !isSpace(text[at])) at++
  return { token: { ...base, value: text.slice(valuePosition, at), quoted: false }, end: at }
}

const readTest = (token: Token): { test: Test } | { fault: FilterFault } => {
  if (token.column === undefined) {
    const text = token.value.toLowerCase()
    return text === '' ? fault(token.position, 'A word is empty.', 'a word') : { test: { test: 'word', text } }
  }
  const column = columnNamed(token.column)
  if (column === undefined) {
    return fault(
      token.position + (token.negated ? 1 : 0),
      `There is no column "${token.column}".`,
      `one of ${nodeColumnNames.join(', ')}; or the word in quotes to search for it as text`,
    )
  }
  if (token.value === '' && !token.quoted) {
    return fault(token.valuePosition, `"${token.column}:" has no value.`, expectedFor(column))
  }
  if (!token.quoted && /^=?null$/i.test(token.value)) return { test: { test: 'unknown', column } }
  return viewers[columnDefinition(column).type](column, token)
}

type ReadTest = (column: NodeColumn, token: Token) => { test: Test } | { fault: FilterFault }

const expectedFor = (column: NodeColumn): string => expectations[columnDefinition(column).type]
const numbers = 'a number, >number, >=number, <number, <=number, from..to, or null'
const expectations = {
  text: 'text, =text for the whole value, or null',
  state: 'active or inactive',
  flag: 'true, false or null',
  number: numbers,
  decimal: numbers,
  list: numbers,
} as const

const readNumber: ReadTest = (column, token) => {
  const range = /^(-?[\d.]+?)\.\.(-?[\d.]+)$/.exec(token.value)
  if (range !== null) {
    const [from, to] = [Number(range[1]), Number(range[2])]
    if (Number.isFinite(from) && Number.isFinite(to)) return { test: { test: 'between', column, from, to } }
  }
  const comparison = comparisons.find((c) => token.value.startsWith(c))
  const digits = comparison === undefined ? token.value : token.value.slice(comparison.length)
  const value = digits === '' || digits.length > 80 ? Number.NaN : Number(digits)
  if (!Number.isFinite(value)) {
    return fault(
      token.valuePosition + (comparison?.length ?? 0),
      `"${columnText(token)}" compares numbers.`,
      expectedFor(column),
    )
  }
  return { test: { test: 'compare', column, comparison: comparison ?? '=', value } }
}

const columnText = (token: Token): string => `${token.column ?? ''}:`

const viewers: { readonly [T in keyof typeof expectations]: ReadTest } = {
  number: readNumber,
  decimal: readNumber,
  list: readNumber,
  text: (column, token) => {
    const value = token.value.toLowerCase()
    const comparison = token.quoted ? undefined : comparisons.find((c) => value.startsWith(c))
    if (comparison === '=') return { test: { test: 'equals', column, text: value.slice(1) } }
    if (comparison !== undefined) {
      return fault(token.valuePosition, `"${columnText(token)}" holds text, not numbers.`, expectedFor(column))
    }
    return { test: { test: 'contains', column, text: value } }
  },
  state: (column, token) => {
    const text = token.value.toLowerCase().replace(/^=/, '')
    if (text !== 'active' && text !== 'inactive') {
      return fault(token.valuePosition, `No ${column} is called "${text}".`, expectedFor(column))
    }
    return { test: { test: 'equals', column, text } }
  },
  flag: (column, token) => {
    const text = token.value.toLowerCase().replace(/^=/, '')
    if (/^(true|yes|1)$/.test(text)) return { test: { test: 'flag', column, value: true } }
    if (/^(false|no|0)$/.test(text)) return { test: { test: 'flag', column, value: false } }
    return fault(token.valuePosition, `"${columnText(token)}" is either true or false.`, expectedFor(column))
  },
}
