/** Makes a filter a function over one node's values. */
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import type { Comparison, Filter, Term } from './filter.ts'

/** What a filter looks at: the node's values, and its searched columns as one lower-case text. */
export interface Matchable {
  value(column: NodeColumn): NodeRow[NodeColumn] | undefined
  searchText(): string
}

export interface Matcher {
  readonly matches: (node: Matchable) => boolean
  /** The columns it looks at, and whether it looks at the search text. */
  readonly columns: readonly NodeColumn[]
  readonly searches: boolean
}

export const matcherOf = (filter: Filter): Matcher => {
  const tests = filter.terms.map((term) => ({ negated: term.negated, holds: testOf(term) }))
  const columns = filter.terms.flatMap((term) => (term.test === 'word' ? [] : [term.column]))
  return {
    columns: [...new Set(columns)],
    searches: filter.terms.some((term) => term.test === 'word'),
    matches: (node) => tests.every((test) => test.holds(node) !== test.negated),
  }
}

const testOf = (term: Term): ((node: Matchable) => boolean) => {
  switch (term.test) {
    case 'word':
      return (node) => node.searchText().includes(term.text)
    case 'contains':
      return (node) => textOf(node.value(term.column))?.includes(term.text) ?? false
    case 'equals':
      return (node) => textOf(node.value(term.column)) === term.text
    case 'unknown':
      return (node) => node.value(term.column) === null || node.value(term.column) === undefined
    case 'flag':
      return (node) => node.value(term.column) === term.value
    case 'compare': {
      const compare = compares[term.comparison]
      return (node) => {
        const number = numberOf(node.value(term.column))
        return number !== undefined && compare(number, term.value)
      }
    }
    case 'between':
      return (node) => {
        const number = numberOf(node.value(term.column))
        return number !== undefined && number >= term.from && number <= term.to
      }
  }
}

const compares: { readonly [C in Comparison]: (a: number, b: number) => boolean } = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
}

const textOf = (value: NodeRow[NodeColumn] | undefined): string | undefined =>
  typeof value === 'string' ? value.toLowerCase() : undefined

// An unknown value is neither above nor below anything.
const numberOf = (value: NodeRow[NodeColumn] | undefined): number | undefined => {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return Number(value)
  if (Array.isArray(value)) {
    const last = (value as readonly number[]).at(-1)
    return last === undefined || last < 0 ? undefined : last
  }
  return undefined
}
