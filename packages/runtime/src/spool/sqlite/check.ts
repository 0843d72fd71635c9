import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { shedClasses } from '@netstats/protocol'
import type { NodeId, ShedClass, UnixMs } from '@netstats/protocol'
import type { Drop } from '../drops.ts'
import type { LoadedSpool } from '../storage.ts'
import type { Mark } from './mark.ts'
import { tableOf } from './schema.ts'

/** Rows of each class. */
export type Counts = Readonly<Partial<Record<ShedClass, number>>>

/** Beyond every sequence that a clock gives before the year 2100, and within what a number holds exactly. */
const highestSequence = 2 ** 52
const highestTime = 2 ** 52
const highestBits = 2 ** 30

/** A spool that is empty or gone leaves its log or its mark behind; one that never was leaves nothing. */
export const isEmptied = (path: string, markPath: string): boolean =>
  (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0 && (existsSync(`${path}-wal`) || existsSync(markPath))

/** How many rows of each class are gone that the mark had; undefined where it has nothing that the spool lacks. */
export const missingSince = (
  mark: Partial<Mark> | undefined,
  loaded: Pick<LoadedSpool, 'state' | 'rows'>,
): Counts | undefined => {
  if (mark?.next === undefined || mark.next <= (loaded.state?.next ?? 0)) return undefined
  return Object.fromEntries(
    shedClasses.map((shed) => [shed, Math.max(0, (mark.rows?.[shed] ?? 0) - loaded.rows[shed])]),
  )
}

/** As reports: one for each class, or one that says that it is not known how much. */
export const lostDrops = (counts: Counts, node: NodeId, now: UnixMs): readonly Drop[] => {
  const lost = shedClasses.filter((shed) => (counts[shed] ?? 0) > 0)
  const drop = (shed: ShedClass, dropped: number): Drop => ({
    node,
    reason: 'corrupt',
    class: shed,
    dropped,
    from: now,
    to: now,
  })
  return lost.length > 0 ? lost.map((shed) => drop(shed, counts[shed] ?? 0)) : [drop('alarm', 0)]
}

/**
 * Takes out what no version of Netstats wrote: numbers that are none in JavaScript would make every look at the rows
 * around them throw. How many rows of each class that were.
 */
export const takeOutImpossible = (db: DatabaseSync): Counts => {
  const counts: Partial<Record<ShedClass, number>> = {}
  db.exec('BEGIN IMMEDIATE')
  for (const shed of shedClasses) {
    const { changes } = db
      .prepare(
        `DELETE FROM ${tableOf(shed)} WHERE NOT (sequence BETWEEN 1 AND ${highestSequence}
          AND stored_at BETWEEN -${highestTime} AND ${highestTime} AND passed BETWEEN 0 AND ${highestBits}
          AND (checksum IS NULL OR checksum BETWEEN 0 AND ${2 ** 32}))`,
      )
      .run()
    if (changes !== 0) counts[shed] = Number(changes)
  }
  // A reader begins with the oldest row where its place is lost, and the spool gets a new id where its state is.
  db.exec(`DELETE FROM readers WHERE NOT (bit BETWEEN 0 AND 29 AND cursor BETWEEN 0 AND ${highestSequence}
    AND released BETWEEN 0 AND cursor AND count BETWEEN 0 AND ${highestSequence})`)
  db.exec('DELETE FROM readers WHERE name NOT IN (SELECT min(name) FROM readers GROUP BY bit)')
  db.exec(`DELETE FROM state WHERE NOT (next BETWEEN 1 AND ${highestSequence} AND used_bits BETWEEN 0 AND ${highestBits}
    AND spool_ms BETWEEN -${highestTime} AND ${highestTime} AND wall_ms BETWEEN -${highestTime} AND ${highestTime})`)
  db.exec(`DELETE FROM drops WHERE NOT dropped BETWEEN 0 AND ${highestSequence}`)
  db.exec('COMMIT')
  return counts
}
