import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeColumn } from '@netstats/protocol/feed'
import type { NodeEntry } from './node-entry.ts'
import { whole } from '../lib/work-steps.ts'
import { sortEntries } from './sort-entries.ts'
import { compareKeys } from './sort-key.ts'
import type { SortKey } from './sort-key.ts'

const entryOf = (id: number, key: SortKey): NodeEntry =>
  ({ id: String(id).padStart(4, '0'), values: [undefined, key] }) as unknown as NodeEntry

const number = fc.option(fc.oneof(fc.integer({ min: -3, max: 9 }), fc.double({ noNaN: true }), fc.constant(-0)))
const text = fc.option(fc.string({ maxLength: 2 }))

const check = (column: NodeColumn, keys: readonly SortKey[], descending: boolean): void => {
  const entries = keys.map((key, id) => entryOf(id, key))
  const expected = entries.toSorted(
    (a, b) => compareKeys(a.values[1] as SortKey, b.values[1] as SortKey, descending) || (a.id < b.id ? -1 : 1),
  )
  expect(whole(sortEntries(entries, { column, slot: 1, descending })).map(({ id }) => id)).toEqual(
    expected.map(({ id }) => id),
  )
}

describe('entries', () => {
  it('are put in the order that comparing them gives, unknown ones last, equal ones by id', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 200 }), fc.boolean(), (keys, down) => check('peers', keys, down)),
    )
    fc.assert(fc.property(fc.array(text, { maxLength: 200 }), fc.boolean(), (keys, down) => check('name', keys, down)))
  })
})
