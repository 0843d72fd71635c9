/** Sort keys: made once per value, compared often. Text sorts without case and with numbers inside it by their size. */
import type { NodeColumn, NodeRow } from '@netstats/protocol/feed'
import { columnDefinition } from '@netstats/protocol/feed'

/** null sorts last in either direction. */
export type SortKey = number | string | null

/** `node-9` before `node-10`: each run of digits gets its length in front. Decimal amounts compare the same way. */
export const naturalKey = (text: string): string =>
  text.toLowerCase().replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=\d)/, '')
    return String.fromCharCode(0x30 + Math.min(number.length, 80)) + number
  })

export const sortKey = <C extends NodeColumn>(column: C, value: NodeRow[C] | undefined): SortKey => {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return Number.isNaN(value) ? null : value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') return columnDefinition(column).type === 'state' ? value : naturalKey(value)
  const last = value.at(-1)
  return last === undefined || last < 0 ? null : last
}

export const compareKeys = (a: SortKey, b: SortKey, descending: boolean): number => {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  // One column's keys are of one type; a mixture compares as JavaScript does and stays deterministic through the id.
  const order = a < b ? -1 : a > b ? 1 : 0
  return descending ? -order : order
}
