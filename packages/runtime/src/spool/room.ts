import { encodeBody, shedClasses, shedClassOf } from '@netstats/protocol'
import type { Observation, ShedClass, UnixMs } from '@netstats/protocol'
import { dropOldest, giveUpRows } from './draft.ts'
import type { Draft } from './draft.ts'
import { lossesOf } from './drops.ts'
import type { DropReason } from './drops.ts'
import { rowBytes } from './storage.ts'
import type { SpoolStorage, StoredRow } from './storage.ts'

/** An observation on its way into the spool. */
export interface Incoming {
  readonly shed: ShedClass
  readonly row: Omit<StoredRow, 'sequence' | 'storedAt'>
  readonly bytes: number
}

/** `now` stands in for a time that is none: a row must not be refused for it. */
export const toIncoming = (observation: Observation, passed: number, now: UnixMs): Incoming => {
  const { kind, node } = observation
  const observedAt = Number.isFinite(observation.observedAt) ? observation.observedAt : now
  const row = { kind, node, observedAt, passed, body: encodeBody(observation) }
  return { shed: shedClassOf(kind), row, bytes: rowBytes(row) }
}

export interface Fit {
  /** Those that were not given up. */
  readonly rows: readonly Incoming[]
  /** They have to wait: a piece was freed, and more is needed. */
  readonly wait: boolean
}

/**
 * Which of the incoming rows go in, and whether they can now. The lowest class goes first, be it stored or incoming, and the oldest first
 * within it, so an incoming row never drives out one of a higher class. One transaction frees one piece. `force` gives up a piece though the sizes ask for none: the disk is full.
 * `reports` that find no room are no loss: what they tell of is told later.
 */
export const makeRoom = (
  draft: Draft,
  storage: SpoolStorage,
  incoming: readonly Incoming[],
  force: boolean,
  reports: ReadonlySet<Incoming> = new Set(),
): Fit => {
  const reason: DropReason = force ? 'disk-full' : 'size'
  const lacks = (rows: readonly Incoming[]): number =>
    storage.usedBytes() + rows.reduce((sum, one) => sum + one.bytes, 0) - storage.limits.roomBytes
  let rows = incoming
  let pieces = 0
  const mustGive = (): boolean => lacks(rows) > 0 || (force && pieces === 0)
  for (const shed of shedClasses) {
    while (draft.rows[shed] > 0 && rows.length > 0 && mustGive()) {
      if (pieces > 0) return { rows, wait: true }
      dropOldest(draft, storage, shed, reason)
      pieces++
    }
    // Where a piece must go whatever the sizes say, incoming rows of the lowest class are that piece.
    const over = force && pieces === 0 ? Infinity : lacks(rows)
    if (over > 0) rows = withoutOldest(draft, rows, { shed, over, reason, reports })
  }
  return { rows, wait: false }
}

interface Excess {
  readonly shed: ShedClass
  readonly over: number
  readonly reason: DropReason
  readonly reports: ReadonlySet<Incoming>
}

const withoutOldest = (
  draft: Draft,
  rows: readonly Incoming[],
  { shed, over, reason, reports }: Excess,
): readonly Incoming[] => {
  let left = over
  const given: Incoming[] = []
  const kept = rows.filter((one) => {
    if (one.shed !== shed || left <= 0) return true
    left -= one.bytes
    if (!reports.has(one)) given.push(one)
    return false
  })
  const lost = given.map(({ row }) => (row.kind === 'gap' ? { ...row, gap: row.body } : row))
  giveUpRows(draft, lossesOf(lost, reason, shed))
  return kept
}
