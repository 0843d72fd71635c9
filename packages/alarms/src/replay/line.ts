/**
 * Facts over time, one JSON object a line, in the order of `at`. Each says what has changed of one subject from then on.
 *
 *     {"at": "2026-12-01T06:00:00Z", "network": "13371", "facts": {"nodes": 4, "active": 4, "blockTimeMs": 5000}}
 *     {"at": "2026-12-01T06:00:00Z", "network": "13371", "node": "validator-1", "columns": {"state": "active", "peers": 3}}
 *     {"at": "2026-12-01T06:05:00Z", "network": "13371", "node": "validator-1", "metrics": {"host.diskFreeBytes": 1000000}}
 *     {"at": "2026-12-01T06:06:00Z", "server": {"parts": [{"name": "store", "state": "failed"}]}}
 *     {"at": "2026-12-01T07:00:00Z"}
 */
import { ParseError, read } from '@netstats/protocol'

const { list, number, object, optional, table, text } = read

/** Unix milliseconds, or RFC 3339. */
const time: read.Reader<number> = (value, path) => {
  if (typeof value === 'number') return number(value, path)
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at))
    throw new ParseError('VALUE_INVALID', path, 'expected Unix milliseconds, or a time such as 2026-12-01T06:00:00Z')
  return at
}
/** Null: not known any more. */
const orNull =
  <T>(reader: read.Reader<T>): read.Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path)
/** As `optional`, but null stays. */
const given = <T>(reader: read.Reader<T>) => {
  const inner = optional(reader)
  return Object.assign((value: unknown, path: string) => (value === null ? null : inner(value, path)), inner)
}

const anything: read.Reader<unknown> = (value) => value
const name = text(300)

const facts = object({
  nodes: optional(number),
  active: optional(number),
  head: given(number),
  headAt: given(time),
  blockTimeMs: given(number),
  usualBlockTimeMs: given(number),
  emptyBlockTimeMs: given(number),
  pending: given(number),
  propagationP95Ms: given(number),
  reorg: given(object({ depth: number, number, at: time })),
  split: given(object({ number, nodes: list(number, 100) })),
  versions: optional(list(object({ name, count: number }), 100)),
})

const server = object({
  parts: optional(list(object({ name, state: text(50), reason: optional(text(2000)) }), 1000)),
  metrics: optional(table(300, orNull(number), 1000)),
})

const line = object({
  at: time,
  network: optional(name),
  node: optional(name),
  facts: optional(facts),
  columns: optional(table(100, anything, 100)),
  metrics: optional(table(300, orNull(number), 1000)),
  inactiveBecause: given(text(2000)),
  lost: given(object({ count: number, at: time })),
  server: optional(server),
})
export type ReplayLine = ReturnType<typeof line>

/** A line is longer than any node's facts. */
const maxLength = 1024 * 1024

/** Throws a `ParseError` that names the field. */
export const readLine = (written: string): ReplayLine => {
  if (written.length > maxLength)
    throw new ParseError('VALUE_INVALID', 'line', `expected at most ${maxLength} characters`)
  let value: unknown
  try {
    value = JSON.parse(written)
  } catch {
    throw new ParseError('VALUE_INVALID', 'line', 'expected a JSON object')
  }
  const found = line(value, '')
  if (found.node !== undefined && found.network === undefined)
    throw new ParseError('VALUE_INVALID', 'network', 'expected the network that the node belongs to')
  return found
}
