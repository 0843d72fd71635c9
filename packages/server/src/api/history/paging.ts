/** What pages of lists have in common: the link to the next one, and what its cursor belongs to. */
import { z } from 'zod'
import type { Range } from '@netstats/store'
import { base } from '../endpoint.ts'
import { Problem } from '../../net/problem.ts'
import { readCursor } from './cursor.ts'
import type { CursorPart, CursorScope } from './cursor.ts'
import { rangeOf } from './range.ts'

export const maxPage = 1000
export const presetPage = 100

export const next = z
  .string()
  .nullable()
  .describe('Path of the next page, also in the `Link` header; null where this is the last.')

/** Parameters as they were read. */
export type Given = Readonly<Record<string, unknown>>
export interface Paged {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** Parameters that say which entries a list has, without those that say which of them are shown. */
export const filterOf = (asked: object): Given => {
  const { from: _from, to: _to, limit: _limit, cursor: _cursor, ...filter } = asked as Given
  return filter
}

/** Path of the next page: the same question with a cursor. Times are in the cursor. */
export const nextLink = (path: string, asked: object, after: string): string => {
  const {
    from: _from,
    to: _to,
    cursor: _cursor,
    ...rest
  } = asked as Readonly<Record<string, string | number | boolean | undefined>>
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, String(value))
  query.set('cursor', after)
  return `${base}${path}?${query.toString()}`
}

export const cursorProblem = (): Problem =>
  new Problem('API_CURSOR_INVALID', 'This cursor does not belong to this list and these parameters; begin without it.')

/** What tells one list from another: a cursor is good for one of them. */
export const scopeOf = (list: string, path: string, asked: object): CursorScope => [
  list,
  path,
  Object.entries(filterOf(asked))
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1)),
]

/** The range, and what the cursor says after its two times; those must be the ones asked for where any are. */
export const continued = (
  scope: CursorScope,
  asked: Paged,
  now: number,
  presetMs: number,
): { readonly range: Range; readonly after: readonly CursorPart[] | undefined } | Problem => {
  if (asked.cursor === undefined) {
    const range = rangeOf(asked, now, presetMs)
    return range instanceof Problem ? range : { range, after: undefined }
  }
  const [from, to, ...after] = readCursor(scope, asked.cursor) ?? []
  if (!isWhole(from) || !isWhole(to) || (asked.from ?? from) !== from || (asked.to ?? to) !== to) return cursorProblem()
  const range = rangeOf({ from, to }, now, presetMs)
  return range instanceof Problem ? cursorProblem() : { range, after }
}

/** Times, heights and places in a list, as they may stand in a cursor. */
export const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
